{% macro touched_days(scope) -%}
    {#- The days of runs that differ, before and after; all known ones where days are cut in another zone. -#}
    {%- set days = [] -%}
    {%- for row in headroom.rows_of(
        "select cast(known_day as text) || ' ' from pull_differences where difference <> 'new'"
        ~ " and not (difference = 'unusable' and was_quarantined)"
        ~ " union select cast(queued_day as text) || ' ' from pull_differences where difference in ('new', 'changed')"
    ) -%}
        {%- do days.append(row[0] | trim if row[0] else none) -%}
    {%- endfor -%}
    {%- if scope.zone_changed -%}
        {%- for row in headroom.rows_of("select distinct cast(queued_day as text) || ' ' from " ~ this) -%}
            {%- do days.append(row[0] | trim if row[0] else none) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(days | unique | list) }}
{%- endmacro %}
