{% macro pull_limit(name) -%}
    (select limit_value from {{ ref('pull_limits') }} where pull_limit = '{{ name }}')
{%- endmacro %}
