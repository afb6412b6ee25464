{% macro benjamini_hochberg(relation, families) -%}
    {#- A select: the rows of a relation and their `q_value`, the smallest false discovery rate at which its
        `p_value` still counts, over all rows of its family that have one. Equal values share the
        largest rank. -#}
    select
        ranked.*,
        case
            when ranked.p_value is not null
                then least(1e0, min(ranked.p_value * ranked.tested / nullif(ranked.p_rank, 0)) over (
                    partition by {{ families | join(', ') }}
                    order by ranked.p_value desc nulls last
                ))
        end as q_value
    from (
        select
            tested.*,
            count(tested.p_value) over (partition by {{ families | join(', ') }}) as tested,
            count(tested.p_value) over (
                partition by {{ families | join(', ') }}
                order by tested.p_value nulls last
            ) as p_rank
        from {{ relation }} as tested
    ) as ranked
{%- endmacro %}
