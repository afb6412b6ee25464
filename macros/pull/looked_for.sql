{% macro looked_for(known, in_range) -%}
    {#- Known runs that are not where they were: deleted, or queued at another time. And rows that could
        not be used, wherever they are now. -#}
    select known.run_id
    from {{ known }} as known
    left join {{ in_range }} as in_range on known.run_id = in_range.run_id
    where in_range.run_id is null
    union distinct
    select quarantined.run_id
    from {{ source('operations', 'quarantined_runs') }} as quarantined
    left join {{ in_range }} as in_range on quarantined.run_id = in_range.run_id
    where in_range.run_id is null
{%- endmacro %}
