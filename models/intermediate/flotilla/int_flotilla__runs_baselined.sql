with

runs as (

    select * from {{ ref('int_flotilla__runs_hashed') }}

),

versions as (

    select * from {{ ref('int_flotilla__definition_versions') }}

),

limits as (

    select cast({{ threshold('min_memory_mb') }} as integer) as min_memory_mb

),

baselined as (

    select
        runs.*,
        versions.definition_alias,
        versions.baseline_memory_mb,
        greatest(limits.min_memory_mb, versions.baseline_memory_mb) as definition_default_mb,
        coalesce(runs.gpu_count > 0, false)
        or coalesce(
            runs.gpu_rule = 'run.gpu or definition.gpu' and versions.gpu_count > 0, false
        ) as is_gpu_run,
        coalesce(versions.is_ara_enabled, false) as is_ara_enabled,
        versions.definition_id is null as is_definition_missing,
        case
            when versions.definition_id is null then 'missing'
            when runs.queued_at < versions.snapshotted_at then 'earliest_known'
            else 'as_of_run'
        end as baseline_source
    from runs
    cross join limits
    left join versions
        on
            runs.definition_id = versions.definition_id
            and runs.queued_at >= versions.valid_from
            and runs.queued_at < versions.valid_to

)

select * from baselined
