{% macro recoveries_reached() -%}
    {#- `reached`: of changed days of runs, the failures whose job had not succeeded again before them. That is a
        part for each later day of a success, and the part of those that are still open, whatever their age.
        The changed days stand in the list as well: the first of them says where to look for successes. A run
        without a day stands in for the first day there is. What is loaded is made in each build. -#}
    {%- if execute and not headroom.is_building() -%}{{ return({}) }}{%- endif -%}
    {%- set runs -%}
        select coalesce(part, '0001-01-01') as part from changed_runs
        union
        select cast(succeeded_day as text) as part from {{ this }}
        where succeeded_day >= (select min(cast(coalesce(part, '0001-01-01') as date)) from changed_runs)
        union
        select cast(null as text) as part from changed_runs
    {%- endset -%}
    {{ return(dict(headroom.landed_anyway(), runs=runs)) }}
{%- endmacro %}
