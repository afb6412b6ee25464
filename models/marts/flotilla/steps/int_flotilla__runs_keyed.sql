with

runs as (

    select * from {{ ref('int_flotilla__runs_compared') }}

),

candidates as (

    select * from {{ ref('int_flotilla__key_candidates') }}
    where key_kind is not null

),

-- NULL finds nothing.
texts as (

    select
        runs.*,
        candidates.key_candidate,
        candidates.key_kind,
        candidates.preferred_kind,
        case candidates.key_kind
            when 'stored_hash' then runs.command_hash
            when 'command' then runs.command_md5
            when 'fingerprint' then runs.fingerprint
            when 'description' then runs.description_md5
            when 'definition' then ''
            when 'clean_break'
                then
                    case
                        when runs.is_after_hash_fix then 'command ' || runs.command_md5
                        else 'stored ' || runs.command_hash
                    end
        end as key_text,
        case when candidates.preferred_kind = 'command' then runs.command_md5 end as preferred_text
    from runs
    cross join candidates

)

select
    key_candidate,
    definition_id,
    key_text is not null as is_keyed,
    preferred_kind is not null as is_preferring,
    {{ key_number("key_kind || '|' || definition_id || '|' || key_text") }} as key_number,
    {{ key_number("'command|' || definition_id || '|' || preferred_text") }}
        as preferred_key_number,
    command_md5,
    queued_day,
    queued_at,
    queued_week,
    queued_block,
    left_at,
    left_block,
    window_starts_at,
    readable_to,
    is_donor,
    is_oom,
    peak_memory_mb,
    memory_gb_hours
from texts
