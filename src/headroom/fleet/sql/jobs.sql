-- What is called: some jobs to a definition. All of it comes from the definition's row and id, so
-- that a later call makes the same jobs.
drop table if exists {{ temporary }}.fleet_jobs;

create temporary table fleet_jobs as
with

definitions as (

    select
        *,
        {{ luck('md5(definition_id)') }} as definition_luck,
        row_number() over (order by md5(definition_id)) - 1 as place,
        case when image like 'spark%' then 'eks-spark' else 'eks' end as engine,
        greatest(memory, {{ policies[0].floor_mb }}) as default_mb,
        coalesce(adaptive_resource_allocation, false) as is_flagged
    from {{ task_def }}
    where memory is not null

),

turns as (

    select
        definitions.*,
        cast(numbers.job as integer) as job,
        definition_luck + numbers.job as turn
    from definitions
    cross join generate_series(0, {{ jobs_per_definition - 1 }}) as numbers (job)

),

jobs as (

    select
        *,
        place * {{ jobs_per_definition }} + job as job_id,
        case
            when definition_luck % 20 > 0
                then alias || ' / ' || {{ pick('turn', steps) }} || ' ' || job
        end as description,
        -- 0: a new command each day.
        {{ pick('turn', [1, 4, 28, 2500, 0]) }} as variant_count,
        case
            when engine <> 'eks' then null
            when turn % 31 = 0 then ''
            else replace(
                replace({{ pick('turn', templates) }}, '{alias}', alias || '-' || job),
                '{month}', cast(job + 1 as text)
            )
        end as command_text,
        case
            when turn % 3 = 1 and not is_flagged and gpu is null and engine = 'eks'
                then default_mb * ({{ pick('turn', [2, 3, 4, 8]) }})
        end as request_mb,
        -- A new definition took the place of one whose row is gone; older runs name that one.
        definition_luck % 50 = 0 as is_renewed
    from turns

)

select
    *,
    md5(description) as description_md5,
    case when turn % 7 = 0 and description is not null then md5('client ' || description) end
        as client_hash,
    engine = 'eks'
    and gpu is null
    and request_mb is null
    and description is not null
    and command_text <> ''
    and not is_renewed as can_have_incident
from jobs;

-- What each try gets when all tries before it ran out of memory.
drop table if exists {{ temporary }}.fleet_ladders;

create temporary table fleet_ladders as
with recursive

ladders as (

    select
        bases.default_mb,
        versions.cap_mb,
        0 as try,
        bases.default_mb as memory_mb
    from (select distinct default_mb from {{ temporary }}.fleet_jobs) as bases
    cross join (values ({{ caps | join('), (') }})) as versions (cap_mb)
    union all
    select
        default_mb,
        cap_mb,
        try + 1,
        {{ estimate('memory_mb', 'cap_mb') }}
    from ladders
    where try < {{ most_tries - 1 }}

)

select * from ladders;
