{% macro insert_days(days) -%}
    {%- set rows = [] -%}
    {%- for day in days -%}
        {%- do rows.append("(" ~ ("date '" ~ day ~ "'" if day else "cast(null as date)") ~ ", 'runs')") -%}
    {%- endfor -%}
    {{ return(["insert into pull_parts (queued_day, reason) values " ~ rows | join(', ')] if rows else []) }}
{%- endmacro %}
