-- So many samples before a move, and as many from it on, are compared.
{% set window = 7 %}
{% set before = 'rows between ' ~ window ~ ' preceding and 1 preceding' %}
{% set after = 'rows between current row and ' ~ (window - 1) ~ ' following' %}

with

known as (

    select
        *,
        {{ in_ten_thousandths('current_value') }} as units
    from {{ ref('int_builds__changes_scored') }}
    where current_value is not null and metric in ('cpu', 'memory')

),

summed as (

    select
        build_id,
        sample_index,
        metric,
        sampled_at,
        change_sigma,
        robust_score,
        row_number() over same_series as place,
        count(*) over (partition by build_id, metric) as value_count,
        cast(sum(units) over seven_before as bigint) as total_before,
        cast(sum(units) over seven_from_here as bigint) as total_after
    from known
    window
        same_series as (partition by build_id, metric order by sample_index),
        seven_before as (partition by build_id, metric order by sample_index {{ before }}),
        seven_from_here as (partition by build_id, metric order by sample_index {{ after }})

),

shifted as (

    select
        *,
        abs(total_after - total_before) as shift_units,
        total_after > total_before as is_rise
    from summed
    where
        place > {{ window }}
        and place <= value_count - {{ window - 1 }}
        and {{ wide_integer('abs(total_after - total_before)') }} * 100000000
        > {{ window }} * {{ wide_integer(in_ten_thousandths(threshold('sustained_shift_limit'))) }}
        * {{ in_units('change_sigma', 8) }}
        and abs(total_after - total_before) > {{ window }} * {{ in_ten_thousandths(
            "case when metric = 'cpu' then " ~ threshold('sustained_shift_cpu_points')
            ~ " else " ~ threshold('sustained_shift_memory_gb') ~ " end"
        ) }}

),

-- One move is seen from several samples in a row: they share this number.
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
            order by shift_units desc, place asc
        ) as rank_in_move
    from moves

),

levels as (

    select
        build_id,
        sample_index,
        metric,
        sampled_at,
        robust_score,
        {{ round_scaled('total_before', window, 4) }} as level_before,
        {{ round_scaled('total_after', window, 4) }} as level_after,
        {{ round_scaled('(total_after - total_before)', window, 4) }} as shift
    from ranked
    where rank_in_move = 1

)

select
    build_id,
    sample_index,
    metric,
    sampled_at,
    level_before,
    level_after,
    shift,
    {{ percent_change('shift', 'level_before') }} as percent_change,
    robust_score
from levels
