{% macro blame_in_window(dimension, other) -%}
    {#- `blame_of` for the window and the projects of an analysis: what others run is in no figure. -#}
    {{ blame_of(
        dimension,
        other,
        to_day("timestamptz '" ~ var('failures_from') ~ "'"),
        to_day("timestamptz '" ~ var('failures_until') ~ "'"),
        'true',
        '(' ~ attempts_known(true) ~ ') as attempts',
        '(' ~ failures_known(true) ~ ') as failures'
    ) }}
{%- endmacro %}
