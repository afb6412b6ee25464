{% macro days_around(change) -%}
    {#- One row: the last whole day before a change was merged or began to take effect, and the first
        whole day on which it was in effect for every run. NULL where nobody knows the moment. -#}
    select
        {{ to_day('least(merged_at, deployed_at)') }} - 1 as before_day,
        {{ to_day("(fully_deployed_at - interval '1 microsecond')") }} + 1 as after_day,
        deployed_at
    from (
        select
            {{ deployed_at(change, 'merged_at_utc') }} as merged_at,
            {{ deployed_at(change, 'deployed_at_utc') }} as deployed_at,
            {{ deployed_at(change) }} as fully_deployed_at
    ) as moments
{%- endmacro %}
