-- The day decides, because a day can be two spans of time; the moment is what the index knows.
select
    queued_day,
    definition_id,
    definition_alias,
    baseline_memory_mb,
    memory_mb,
    command_hash,
    command_md5,
    is_ara_enabled,
    is_elevated,
    is_elevated_ara_enabled,
    is_at_cap,
    is_oom,
    finished_at
from {{ ref('flotilla__runs') }}
where
    queued_at >= {{ day_start(as_of_open_day()) }}
    and queued_at < {{ as_of_end() }}
    and queued_day >= {{ as_of_open_day() }}
