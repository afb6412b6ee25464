with

-- Windows without a gap between them have the same difference.
spells as (

    select
        *,
        window_index - cast(
            row_number() over (partition by kind, subject order by window_index) as integer
        ) as spell,
        min(window_index) over (partition by kind, subject) as latest_window
    from {{ ref('int_failures__cause_windows') }}

)

-- The spell that lasts, or ended in the previous window.
select
    kind,
    subject,
    min(window_index) as window_index,
    max(window_index) as first_window_index,
    min(first_seen_at) as since_at,
    max(last_seen_at) as last_seen_at
from spells
where latest_window <= 1 and spell = latest_window - 1
group by kind, subject
