{% macro q_value(p_value, tested, rank, family) -%}
    {#- Benjamini and Hochberg: the smallest false discovery rate at which a p value still counts, over the
        `tested` ones of its family; `rank` is `p_rank`. NULL for a row without one. -#}
    case
        when {{ p_value }} is not null
            then least(1e0, min({{ p_value }} * {{ tested }} / nullif({{ rank }}, 0)) over (
                partition by {{ family }} order by {{ p_value }} desc nulls last
            ))
    end
{%- endmacro %}
