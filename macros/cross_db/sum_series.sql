{% macro sum_series(first, last, term) -%}
    {#- The sum of a term over the whole numbers from `first` to `last`; in the term the number is
        `series_number`. 0 where there is none. -#}
    {{ adapter.dispatch('sum_series', 'headroom')(first, last, term) }}
{%- endmacro %}

{% macro default__sum_series(first, last, term) -%}
    coalesce((
        select sum({{ term }})
        from generate_series(cast({{ first }} as bigint), cast({{ last }} as bigint)) as series (series_number)
    ), 0)
{%- endmacro %}

{% macro duckdb__sum_series(first, last, term) -%}
    {#- A list for each row: a subquery on its columns would be a join. -#}
    coalesce(
        list_sum([
            {{ term }}
            for series_number in range(cast({{ first }} as bigint), cast({{ last }} as bigint) + 1)
        ]), 0
    )
{%- endmacro %}
