with

snapshots as (

    select * from {{ ref('flotilla__definitions_snapshot') }}

),

ordered as (

    select
        definition_id,
        definition_alias,
        baseline_memory_mb,
        gpu_count,
        is_ara_enabled,
        {{ snapshot_instant('dbt_valid_from') }} as snapshotted_at,
        {{ snapshot_instant('dbt_valid_to') }} as valid_to,
        row_number() over (partition by definition_id order by dbt_valid_from) as version_number
    from snapshots

),

-- Nobody recorded what stood before the first snapshot: its version is the best guess for it.
reaching_back as (

    select
        definition_id,
        definition_alias,
        baseline_memory_mb,
        gpu_count,
        is_ara_enabled,
        snapshotted_at,
        case
            when version_number = 1 then timestamptz '1970-01-01T00:00:00Z'
            else snapshotted_at
        end as valid_from,
        coalesce(valid_to, timestamptz '9999-01-01T00:00:00Z') as valid_to
    from ordered

)

select * from reaching_back
