-- The parts of each row add up to its memory-hours and to its cost exactly; contaminated is within
-- over-allocated.
{%- set parts = waste_parts() | reject('equalto', 'contaminated') | list %}
select *
from {{ ref('waste__attempts_daily') }}
where
    memory_gb_hours <> {{ parts | join('_gb_hours + ') }}_gb_hours
    or memory_cost <> {{ parts | join('_cost + ') }}_cost
    or contaminated_gb_hours > over_allocated_gb_hours
    {%- for part in waste_parts() %}
        or {{ part }}_gb_hours < 0
    {%- endfor %}
