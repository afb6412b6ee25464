{% test unique(model, column_name) %}
    {#- In place of dbt's own: the same rows, of what may be there twice. -#}
    select
        {{ column_name }} as unique_field,
        count(*) as n_records
    from {{ model }}
    where {{ column_name }} is not null and {{ may_repeat(model, [column_name]) }}
    group by {{ column_name }}
    having count(*) > 1
{% endtest %}
