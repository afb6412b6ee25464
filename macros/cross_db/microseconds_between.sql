{% macro microseconds_between(earlier, later) -%}
    {{ adapter.dispatch('microseconds_between', 'headroom')(earlier, later) }}
{%- endmacro %}

{% macro default__microseconds_between(earlier, later) -%}
    cast(extract(epoch from ({{ later }} - {{ earlier }})) * 1000000 as bigint)
{%- endmacro %}

{% macro duckdb__microseconds_between(earlier, later) -%}
    (epoch_us({{ later }}) - epoch_us({{ earlier }}))
{%- endmacro %}
