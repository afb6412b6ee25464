-- Definitions over the whole days of the last sixty, the most excess memory first: fifty of them,
-- and all others together.
with

summed as (

    select
        definition_id,
        max(definition_alias) as definition_alias,
        sum(run_count) as run_count,
        sum(scheduled_run_count) as scheduled_run_count,
        sum(elevated_run_count) as elevated_run_count,
        sum(elevated_ara_run_count) as elevated_ara_run_count,
        sum(contaminated_run_count) as contaminated_run_count,
        sum(contaminated_gb_hours) as contaminated_gb_hours
    from {{ ref('flotilla__elevation_daily') }}
    where queued_day < {{ as_of_open_day() }} and queued_day > {{ as_of_today() }} - 60
    group by definition_id

),

ranked as (

    select
        *,
        row_number() over (
            order by
                contaminated_gb_hours desc,
                elevated_run_count desc,
                run_count desc,
                {{ text_key('definition_id') }}
        ) as place
    from summed

),

grouped as (

    select
        least(place, 51) as place,
        case
            when min(place) <= 50 then coalesce(max(definition_alias), 'no definition')
            else 'all ' || cast(count(*) as text) || ' others'
        end as definition_alias,
        cast(sum(run_count) as bigint) as run_count,
        cast(sum(scheduled_run_count) as bigint) as scheduled_run_count,
        cast(sum(elevated_run_count) as bigint) as elevated_run_count,
        cast(sum(elevated_ara_run_count) as bigint) as elevated_ara_run_count,
        cast(sum(contaminated_run_count) as bigint) as contaminated_run_count,
        cast(sum(contaminated_gb_hours) as decimal(18, 6)) as contaminated_gb_hours
    from ranked
    group by least(place, 51)

)

select
    definition_alias,
    run_count,
    elevated_run_count,
    {{ round_ratio('elevated_run_count', 'scheduled_run_count', 4) }} as elevated_share,
    elevated_ara_run_count,
    contaminated_run_count,
    contaminated_gb_hours
from grouped
order by place
