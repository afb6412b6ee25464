-- Where the bug report's sentences contradict its own tables: the figure from the data beside the
-- published one.
with

shared as (

    select * from {{ ref('int_flotilla__shared_hashes_as_of') }}

),

worst_by_ooms as (

    select
        distinct_commands,
        row_number() over (
            order by oom_count desc, run_count desc, {{ text_key('command_hash') }}
        ) as rank_by_ooms
    from shared

),

by_volume as (

    select
        run_count,
        row_number() over (order by run_count desc, {{ text_key('command_hash') }}) as rank_by_runs
    from shared

),

slips as (

    select
        1 as position,
        'most commands under one hash, in its table of the five worst' as figure,
        '176' as published,
        cast(max(distinct_commands) as text) as computed,
        'the third row of the same table has more than the first' as why
    from worst_by_ooms
    where rank_by_ooms <= 5
    union all
    select
        2 as position,
        'runs under the three high-volume shared hashes' as figure,
        'hundreds of thousands' as published,
        cast(sum(run_count) as text) as computed,
        'the sum of the same list' as why
    from by_volume
    where rank_by_runs <= 3

)

select
    figure,
    published,
    computed,
    why
from slips
order by position
