{% macro sum_series(start, first, last, term) -%}
    {#- The sum of a term over start + n for the whole numbers n from `first` to `last`; in the term that
        number is `series_number`, a double. 0 without any. -#}
    {{ adapter.dispatch('sum_series', 'headroom')(start, first, last, term) }}
{%- endmacro %}

{% macro default__sum_series(start, first, last, term) -%}
    coalesce((
        select sum({{ term }})
        from (
            select {{ start }} + cast(step as double precision) as series_number
            from generate_series(cast({{ first }} as bigint), cast({{ last }} as bigint)) as steps (step)
        ) as series
    ), 0)
{%- endmacro %}

{% macro duckdb__sum_series(start, first, last, term) -%}
    {#- A list for each row: a subquery on its columns would be a join. -#}
    coalesce(
        list_sum([
            {{ term }}
            for series_number in [
                {{ start }} + cast(step as double precision)
                for step in range(cast({{ first }} as bigint), cast({{ last }} as bigint) + 1)
            ]
        ]), 0
    )
{%- endmacro %}
