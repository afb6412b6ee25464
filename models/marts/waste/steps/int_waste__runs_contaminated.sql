{#- Where there is no Flotilla, there are no runs that it gave too much. #}
{%- set relations = built([ref('flotilla__runs')]) %}
{%- for relation in relations %}
    select
        'flotilla:' || run_id as attempt_id,
        contaminated_gb_hours
    from {{ relation }}
    where contaminated_gb_hours > 0
{%- else %}
    select
        cast(null as text) as attempt_id,
        cast(null as decimal(18, 6)) as contaminated_gb_hours
    where false
{%- endfor %}
