{% macro moved_runs_that_stay() -%}
    {#- A run that seems to have moved to another day, and still stands on its old one too. -#}
    select moved.run_id
    from {{ headroom.raw_runs() }} as found
    inner join (
        select run_id
        from pull_differences
        where difference = 'changed' and queued_day is distinct from known_day
    ) as moved on found.run_id = moved.run_id
    group by moved.run_id
    having count(*) > 1
    limit 1
{%- endmacro %}
