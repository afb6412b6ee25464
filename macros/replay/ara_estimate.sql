{% macro ara_estimate(donor_memory, multiplier) -%}
    {#- What ARA makes of a donor's memory, MB, before the bounds: the multiplier (four decimals, as the
        seed declares it) times the memory, rounded half away from zero. -#}
    cast(
        {{ round_div('cast(' ~ donor_memory ~ ' * ' ~ multiplier ~ ' * 10000 as bigint)', '10000') }}
        as integer
    )
{%- endmacro %}
