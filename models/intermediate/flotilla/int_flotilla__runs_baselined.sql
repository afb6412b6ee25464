with

runs as (

    select * from {{ ref('int_flotilla__runs_hashed') }}

),

versions as (

    select * from {{ ref('int_flotilla__definition_versions') }}

),

baselined as (

    select
        runs.*,
        versions.definition_alias,
        versions.baseline_memory_mb,
        coalesce(versions.is_ara_enabled, false) as is_ara_enabled,
        versions.definition_id is null as is_definition_missing,
        case
            when versions.definition_id is null then 'missing'
            when runs.queued_at < versions.snapshotted_at then 'earliest_known'
            else 'as_of_run'
        end as baseline_source
    from runs
    left join versions
        on
            runs.definition_id = versions.definition_id
            and runs.queued_at >= versions.valid_from
            and runs.queued_at < versions.valid_to

)

select * from baselined
