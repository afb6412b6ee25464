{% macro last_failure_day() -%}
    {#- The last day that failures or attempts tell of: windows end with it, as nothing asks a clock. -#}
    greatest(
        (select max(failed_day) from {{ ref('failures__failures') }}),
        (select max(started_day) from {{ ref('int_failures__attempts') }})
    )
{%- endmacro %}
