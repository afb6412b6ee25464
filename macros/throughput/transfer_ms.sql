{% macro transfer_ms(payload_mb) -%}
    {#- Milliseconds to move a payload at the stated bandwidth: millionths of MiB over MiB/s are
        microseconds. -#}
    {{ round_scaled(
        in_units(payload_mb, 6),
        'cast(' ~ threshold('worker_bandwidth_mb_per_second') ~ ' as bigint)',
        3
    ) }}
{%- endmacro %}
