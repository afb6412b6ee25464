{% macro snapshot_get_time() -%}
    {#- dbt's own takes the server's zone on Postgres; a snapshot must say the same on both engines. -#}
    (current_timestamp at time zone 'UTC')
{%- endmacro %}
