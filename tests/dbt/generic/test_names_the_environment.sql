{% test names_the_environment(model) %}
    {#- Finds a seed without a row of the environment that the project works for: nothing would be in
        force, and every figure about it empty. -#}
    select '{{ var("environment") }}' as environment
    where not exists (
        select 1 from {{ model }} where environment = '{{ var("environment") }}'
    )
{% endtest %}
