{% macro latest_believed(seconds=none) -%}
    {#- Clocks of two machines differ by seconds: a run queued after this was stamped wrongly. -#}
    (current_timestamp + interval '1 second' * cast({{ seconds or threshold('clock_ahead_seconds') }} as integer))
{%- endmacro %}
