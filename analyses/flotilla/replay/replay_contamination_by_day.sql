-- Contamination by day of the last two weeks.
with

rolled_up as (

    select
        queued_day,
        {{ named_columns(contamination_measures()) }}
    from {{ ref('flotilla__contaminations') }}
    where queued_at < {{ as_of_end() }}
    group by queued_day

)

select
    queued_day,
    contaminated_run_count,
    donor_count,
    donor_commands,
    recipient_commands,
    oom_count,
    max_memory_mb,
    contaminated_gb_hours
from rolled_up
where queued_day > {{ as_of_today() }} - 14
order by queued_day
