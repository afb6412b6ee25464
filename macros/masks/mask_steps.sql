{% macro mask_steps(rows) -%}
    {#- The steps that masks make: pattern, placeholder, flags. The masks of one step are one pattern, as
        PostgreSQL keeps 32 compiled patterns and compiles any other for each row. Each has as many groups
        as its placeholder names. `headroom.landed.masks` does the same. -#}
    {%- set sign = kept_sign() -%}
    {%- set steps = [] -%}
    {%- for step in rows | groupby(7) -%}
        {%- set first = step.list[0] -%}
        {%- if first[1] == 'parameter' -%}
            {%- do steps.append((first[3], first[4], first[2])) -%}
        {%- else -%}
            {%- set groups = first[4].count('\\') -%}
            {%- set before, behind = [], [] -%}
            {%- for _ in step.list -%}
                {%- do before.append('\\' ~ (loop.index0 * groups + 1)) -%}
                {%- do behind.append('\\' ~ (loop.index0 * groups + 2)) if groups > 1 -%}
            {%- endfor -%}
            {%- set shown = sign if first[1] == 'keep' else '***' -%}
            {%- set pattern = step.list | map(attribute=3) | join('|') -%}
            {%- do steps.append((pattern, before | join ~ shown ~ behind | join, first[2])) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(steps) }}
{%- endmacro %}
