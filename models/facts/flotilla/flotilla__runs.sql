{{ config(
    indexes=row_store_indexes([
        {'columns': ['run_id'], 'unique': true},
        {'columns': ['queued_day']},
        {'columns': ['queued_at']},
        {'columns': ['finished_at']},
        {'columns': ['definition_id', 'command_hash']},
    ]),
) }}

with

runs as (

    select * from {{ ref('int_flotilla__runs_attributed') }}
    where {{ parts_to_make(reaches_days=donor_days()) }}

),

limits as (

    select {{ threshold('elevation_ratio') }} as elevation_ratio

),

measured as (

    select
        runs.*,
        case
            when runs.exit_code = 137 and runs.exit_reason = 'OOMKilled' then 'both'
            when runs.exit_code = 137 then 'exit_code'
            when runs.is_oom then 'exit_reason'
        end as oom_evidence,
        coalesce(runs.memory_mb > limits.elevation_ratio * runs.baseline_memory_mb, false)
            as is_elevated,
        case
            when runs.is_contaminated and runs.uncontaminated_memory_mb is not null
                then greatest(runs.memory_mb - runs.uncontaminated_memory_mb, 0)
        end as contaminated_mb,
        {{ microseconds_between('runs.queued_at', 'runs.started_at') }} as queued_us,
        {{ microseconds_between('runs.started_at', 'runs.finished_at') }} as run_us
    from runs
    cross join limits

)

select
    run_id,
    definition_id,
    definition_alias,
    run_alias,
    engine,
    status,
    group_name,
    user_name,
    tier,
    image,
    cluster_name,
    node_name,
    node_lifecycle,
    attempt_count,
    active_deadline_seconds,
    queued_at,
    started_at,
    finished_at,
    queued_day,
    finished_day,
    {{ round_scaled('queued_us', 1000, 3) }} as queued_seconds,
    {{ round_scaled('run_us', 1000, 3) }} as run_seconds,
    {{ round_scaled('run_us', 3600, 6) }} as run_hours,
    exit_code,
    exit_reason,
    is_oom,
    oom_evidence,
    memory_mb,
    memory_limit_mb,
    peak_memory_mb,
    {{ round_scaled('memory_mb * run_us', 3600000, 6) }} as memory_gb_hours,
    cpu_millicores,
    gpu_count,
    baseline_memory_mb,
    baseline_source,
    definition_default_mb,
    is_ara_enabled,
    is_elevated,
    is_elevated and is_ara_enabled as is_elevated_ara_enabled,
    {{ round_ratio('memory_mb', 'baseline_memory_mb', 2) }} as baseline_multiplier,
    coalesce(memory_mb = policy_cap_mb, false) as is_at_cap,
    certain_donor_count,
    possible_donor_count,
    own_donor_count,
    foreign_donor_count,
    decisive_donor_run_id,
    decisive_donor_memory_mb,
    is_decisive_donor_foreign,
    {{ round_scaled('donor_age_us', 3600, 6) }} as donor_age_hours,
    estimate_low_mb,
    estimate_high_mb,
    own_estimate_low_mb,
    own_estimate_high_mb,
    final_low_mb,
    final_high_mb,
    is_capped,
    replay_agreement,
    {{ is_ara_reachable('memory_mb', 'memory_multiplier') }} as is_memory_reachable,
    attribution,
    is_contaminated,
    case when is_contaminated then uncontaminated_memory_mb end as uncontaminated_memory_mb,
    {{ round_scaled('contaminated_mb * run_us', 3600000, 6) }} as contaminated_gb_hours,
    has_command,
    command_hash,
    command_md5,
    description_md5,
    hash_origin,
    policy_version,
    expected_command_hash,
    is_after_hash_fix,
    is_final,
    is_settled,
    is_quarantined,
    is_definition_missing,
    is_status_unknown,
    is_engine_unknown,
    has_clock_skew
from measured
