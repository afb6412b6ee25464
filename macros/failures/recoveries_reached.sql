{% macro recoveries_reached() -%}
    {#- `reached`: of changed days of runs, the failures whose job had not succeeded again before them. That is a
        part for each later day of a success, and the part of those that are still open, whatever their age.
        The changed days stand in the list as well: the first of them says where to look for successes. What
        is loaded is made in each build. -#}
    {%- if execute and not headroom.is_building() -%}{{ return({}) }}{%- endif -%}
    {%- set runs -%}
        select part from changed_runs
        union
        select cast(succeeded_day as text) as part from {{ this }}
        where succeeded_day >= (select min(cast(part as date)) from changed_runs)
        union
        select cast(null as text) as part from changed_runs
    {%- endset -%}
    {{ return(dict(headroom.landed_anyway(), runs=runs)) }}
{%- endmacro %}
