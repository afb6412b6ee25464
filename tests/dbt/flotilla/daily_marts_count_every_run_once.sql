-- Each mart at day grain counts every run that has a day exactly once.
with

expected as (

    select count(*) as run_count
    from {{ ref('flotilla__runs') }}
    where queued_day is not null

),

counted as (
    {% for mart in [
        'flotilla__allocation_daily',
        'flotilla__elevation_daily',
        'flotilla__hash_health_daily',
        'int_flotilla__hash_commands_daily',
    ] %}
        select
            '{{ mart }}' as mart,
            coalesce(sum(run_count), 0) as run_count
        from {{ ref(mart) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    counted.mart,
    counted.run_count,
    expected.run_count as expected_run_count
from counted
cross join expected
where counted.run_count <> expected.run_count
