{% test is_false(model, column_name) %}
    {#- Rows for which a flag is up; the number of failures is the number of rows. -#}
    select *
    from {{ model }}
    where {{ column_name }}
{% endtest %}
