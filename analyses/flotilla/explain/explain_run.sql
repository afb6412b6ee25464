-- What is known of one run: the var `run_id`.
select
    run_id,
    definition_id,
    definition_alias,
    engine,
    status,
    queued_at,
    started_at,
    finished_at,
    exit_code,
    exit_reason,
    is_oom,
    memory_mb,
    memory_limit_mb,
    peak_memory_mb,
    baseline_memory_mb,
    baseline_source,
    definition_default_mb,
    is_elevated,
    is_ara_enabled,
    command_hash,
    hash_origin,
    policy_version,
    attribution,
    is_memory_reachable,
    certain_donor_count,
    possible_donor_count,
    own_donor_count,
    foreign_donor_count,
    decisive_donor_run_id,
    decisive_donor_memory_mb,
    is_decisive_donor_foreign,
    donor_age_hours,
    final_low_mb,
    final_high_mb,
    is_capped,
    is_contaminated,
    uncontaminated_memory_mb,
    contaminated_gb_hours,
    -- A subquery of its own, because PostgreSQL then reads the run by its key.
    (
        select {{ mask_secrets('commands.command') }}
        from {{ ref('stg_flotilla__runs') }} as commands
        where commands.run_id = runs.run_id
    ) as command
from {{ ref('flotilla__runs') }} as runs
where run_id = '{{ var("run_id") }}'
