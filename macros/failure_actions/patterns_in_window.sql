{% macro patterns_in_window() -%}
    {#- `failure_patterns` for the window and the projects of an analysis. -#}
    {{ failure_patterns(
        '(' ~ failures_known() ~ ')',
        '(' ~ attempts_known() ~ ')',
        "timestamptz '" ~ var('failures_from') ~ "'",
        "timestamptz '" ~ var('failures_until') ~ "'"
    ) }}
{%- endmacro %}
