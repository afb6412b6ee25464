{{ config(indexes=row_store_indexes([{'columns': ['queued_day']}])) }}

with

recipients as (

    select * from {{ ref('flotilla__runs') }}
    where is_contaminated and {{ parts_to_make(reaches_days=donor_days()) }}

),

-- A donor stands under each key by which a lookup finds it.
donors as (

    select distinct
        donor_run_id,
        command_hash,
        command_md5,
        queued_at,
        finished_at
    from {{ ref('int_flotilla__oom_donors') }}

),

paired as (

    select
        recipients.*,
        donors.queued_at as donor_queued_at,
        donors.finished_at as donor_finished_at,
        donors.command_md5 as donor_command_md5,
        donors.command_hash as donor_command_hash
    from recipients
    inner join donors on recipients.decisive_donor_run_id = donors.donor_run_id

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
