{% macro split_in_step(shown, masked) -%}
    {#- A row source for a lateral join: the words of two texts that have as many, side by side, with
        their place. -#}
    {{ adapter.dispatch('split_in_step', 'headroom')(shown, masked) }}
{%- endmacro %}

{% macro default__split_in_step(shown, masked) -%}
    (
        select
            words.shown_word,
            words.masked_word,
            words.place
        from unnest(
            regexp_split_to_array({{ shown }}, '[ \n\t]+'),
            regexp_split_to_array({{ masked }}, '[ \n\t]+')
        ) with ordinality as words (shown_word, masked_word, place)
    )
{%- endmacro %}

{% macro duckdb__split_in_step(shown, masked) -%}
    (
        select
            unnest(string_split_regex({{ shown }}, '[ \n\t]+')) as shown_word,
            unnest(string_split_regex({{ masked }}, '[ \n\t]+')) as masked_word,
            generate_subscripts(string_split_regex({{ shown }}, '[ \n\t]+'), 1) as place
    )
{%- endmacro %}
