-- Contamination by day of the last two weeks.
with

rolled_up as (

    {{ contaminations_by(['queued_day']) }}

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
