with

known as (

    select * from {{ ref('int_builds__changes_scored') }}
    where current_value is not null and metric in ('cpu', 'memory')

),

placed as (

    select
        *,
        row_number() over same_series as place,
        lag(current_value, 1) over same_series as before_1,
        lag(current_value, 2) over same_series as before_2,
        lag(current_value, 3) over same_series as before_3,
        lead(current_value, 1) over same_series as after_1,
        lead(current_value, 2) over same_series as after_2
    from known
    window same_series as (partition by build_id, metric order by sample_index)

),

levels as (

    select
        *,
        {{ median_of_three('before_1', 'before_2', 'before_3') }} as level_before,
        {{ median_of_three('current_value', 'after_1', 'after_2') }} as level_after
    from placed
    where before_3 is not null and after_2 is not null

),

shifted as (

    select
        *,
        level_after - level_before as shift,
        level_after > level_before as is_rise
    from levels
    where
        abs(level_after - level_before) > case
            when metric = 'cpu' then {{ threshold('level_shift_cpu_points') }}
            else {{ threshold('level_shift_memory_gb') }}
        end

),

-- One move of the level is seen from several samples in a row: they share this number.
moves as (

    select
        *,
        place - row_number() over (
            partition by build_id, metric, is_rise order by place
        ) as move_number
    from shifted

),

ranked as (

    select
        *,
        row_number() over (
            partition by build_id, metric, is_rise, move_number
            order by abs(delta) desc, abs(shift) desc, place
        ) as rank_in_move
    from moves

)

select
    build_id,
    sample_index,
    metric,
    sampled_at,
    cast(level_before as decimal(18, 4)) as level_before,
    cast(level_after as decimal(18, 4)) as level_after,
    cast(shift as decimal(18, 4)) as shift,
    {{ percent_change('shift', 'level_before') }} as percent_change,
    robust_score
from ranked
where rank_in_move = 1
