{% macro wilson_bound(successes, trials, side) -%}
    {#- Wilson's bound of a share at 95% on both sides. NULL where nothing was tried; exactly 0 and 1 where
        no rounding may decide. -#}
    {%- set z = 1.959963984540054 -%}
    {%- set k = 'cast(' ~ successes ~ ' as double precision)' -%}
    {%- set n = 'nullif(cast(' ~ trials ~ ' as double precision), 0)' -%}
    case
        when {{ successes }} = {{ 0 if side == 'low' else trials }} and {{ trials }} > 0 then {{ '0e0' if side == 'low' else '1e0' }}
        else
            ({{ k }} + {{ z * z / 2 }} {{ '-' if side == 'low' else '+' }} {{ z }} * sqrt({{ k }} * ({{ n }} - {{ k }}) / {{ n }} + {{ z * z / 4 }}))
            / ({{ n }} + {{ z * z }})
    end
{%- endmacro %}
