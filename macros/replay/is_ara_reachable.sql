{% macro is_ara_reachable(memory, multiplier) -%}
    {#- Whether some whole number of MB, times the multiplier and rounded, gives this memory. A
        multiplier above 1 leaves one candidate: the memory divided by it, rounded. -#}
    {%- set candidate = round_div(
        'cast(' ~ memory ~ ' as bigint) * 10000', 'cast(' ~ multiplier ~ ' * 10000 as bigint)'
    ) -%}
    {{ ara_estimate('(' ~ candidate ~ ')', multiplier) }} = {{ memory }}
{%- endmacro %}
