-- A table, not incremental: contaminated runs are few, and a late donor changes old ones.
{{ config(materialized='table') }}

with

runs as (

    select * from {{ ref('flotilla__runs') }}

),

recipients as (

    select * from runs
    where is_contaminated

),

paired as (

    select
        recipients.*,
        donors.queued_at as donor_queued_at,
        donors.finished_at as donor_finished_at,
        donors.command_md5 as donor_command_md5,
        donors.command_hash as donor_command_hash
    from recipients
    inner join runs as donors on recipients.decisive_donor_run_id = donors.run_id

)

select
    run_id as recipient_run_id,
    decisive_donor_run_id as donor_run_id,
    definition_id,
    definition_alias,
    command_hash,
    policy_version,
    queued_day,
    queued_at,
    finished_at,
    command_md5 as recipient_command_md5,
    donor_command_md5,
    donor_command_hash,
    donor_queued_at,
    donor_finished_at,
    decisive_donor_memory_mb as donor_memory_mb,
    donor_age_hours,
    is_decisive_donor_foreign as is_donor_foreign,
    certain_donor_count,
    possible_donor_count,
    own_donor_count,
    foreign_donor_count,
    attribution,
    is_oom,
    memory_mb,
    uncontaminated_memory_mb,
    run_hours,
    contaminated_gb_hours
from paired
