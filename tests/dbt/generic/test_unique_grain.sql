{% test unique_grain(model, columns) %}
    {#- No two rows share the grain's columns; NULLs count as equal, unlike in a unique key. -#}
    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    where {{ may_repeat(model, columns) }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
