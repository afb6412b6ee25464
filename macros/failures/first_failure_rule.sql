{% macro first_failure_rule(evidence, text, rules) -%}
    {#- The order of the first rule of a kind of evidence that reads a text; NULL where none does. -#}
    {%- set of_kind = rules | selectattr(1, 'equalto', evidence) | list -%}
    cast(
        {%- if of_kind %}
            case
                {%- for rule in of_kind %}
                    when {{ text_matches(text, "'" ~ rule[2] | replace("'", "''") ~ "'") }} then {{ rule[0] }}
                {%- endfor %}
            end
        {%- else %}
            null
        {%- endif %}
        as integer
    )
{%- endmacro %}
