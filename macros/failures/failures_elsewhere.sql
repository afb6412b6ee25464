{% macro failures_elsewhere(cells, observed, exposure) -%}
    {#- A select: each time of a dimension with what was observed in all times that are not found yet and in
        itself, and its share of their exposure. -#}
    select
        compared.*,
        cast(compared.{{ exposure }} as double precision) / nullif(compared.compared_exposure, 0) as share
    from (
        select
            cells.*,
            {%- for column, name in [(observed, 'compared_count'), (exposure, 'compared_exposure')] %}
                cast(
                    coalesce(sum(case when not is_found then {{ column }} end) over dimensions, 0)
                    + case when is_found then {{ column }} else 0 end as bigint
                ) as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ cells }} as cells
        window dimensions as (partition by dimension)
    ) as compared
{%- endmacro %}
