{% macro fetch_keys(scope, keys) -%}
    {#- Adds the runs with some keys that lie outside of the ranges: a batch of keys after the other. -#}
    {%- if scope.is_whole or not headroom.is_source_beside() -%}{{ return('') }}{%- endif -%}
    {%- do run_query(headroom.number_keys(keys)) -%}
    {%- for batch in range(headroom.rows_of("select coalesce(max(batch) + 1, 0) from pull_keys")[0][0] | int) -%}
        {%- for fetched in headroom.fetch_batch(scope, batch) -%}
            {%- do run_query(fetched) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
