{% macro local_time(instant) -%}
    {{ adapter.dispatch('local_time', 'headroom')(instant) }}
{%- endmacro %}

{% macro default__local_time(instant) -%}
    ({{ instant }} at time zone '{{ var("reporting_timezone") }}')
{%- endmacro %}

{% macro duckdb__local_time(instant) -%}
    {%- if var('reporting_timezone') == 'UTC' -%}
        {#- DuckDB asks a calendar for each row, for UTC too: thirty times the work. -#}
        case
            when isfinite({{ instant }}) then make_timestamp(epoch_us({{ instant }}))
            else {{ headroom.default__local_time(instant) }}
        end
    {%- else -%}
        {{ headroom.default__local_time(instant) }}
    {%- endif -%}
{%- endmacro %}
