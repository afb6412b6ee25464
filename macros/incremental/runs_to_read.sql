{% macro runs_to_read(source_runs) -%}
    {#- The run_ids an incremental build of a run-grain model reads (again):
        - queued within the lookback, in which a run can still change;
        - of a day for which the source now has more runs than the model (a late load);
        - in the model but not finished for good, or without a definition that has since appeared. -#}
    with lookback as (

        select max(queued_at) - interval '1 day' * cast({{ threshold('lookback_days') }} as integer) as starts_at
        from {{ this }}

    ),

    source_days as (

        select
            queued_day,
            count(*) as run_count
        from {{ source_runs }}
        group by queued_day

    ),

    known_days as (

        select
            queued_day,
            count(*) as run_count
        from {{ this }}
        group by queued_day

    ),

    late_days as (

        select source_days.queued_day
        from source_days
        left join known_days on source_days.queued_day = known_days.queued_day
        where source_days.run_count > coalesce(known_days.run_count, 0)

    )

    select source_runs.run_id
    from {{ source_runs }} as source_runs
    where
        source_runs.queued_at >= (select starts_at from lookback)
        or source_runs.queued_at is null
        or source_runs.queued_day in (select queued_day from late_days)
    union
    select known.run_id
    from {{ this }} as known
    where
        not known.is_final
        or (
            known.is_definition_missing
            and known.definition_id in (
                select definition_id from {{ ref('int_flotilla__definition_versions') }}
            )
        )
{%- endmacro %}
