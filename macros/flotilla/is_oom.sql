{% macro is_oom(exit_code, exit_reason) -%}
    (coalesce({{ exit_code }} = 137, false) or coalesce({{ exit_reason }} = 'OOMKilled', false))
{%- endmacro %}
