{% macro chance_of_count(observed) -%}
    {#- P(as many or more) at a time, if all that are compared fell evenly on their exposure; NULL where
        nothing is to be compared. -#}
    case
        when share > 0 and share < 1 and compared_count > 0
            then {{ binomial_tail(observed, 'compared_count', 'share') }}
    end
{%- endmacro %}
