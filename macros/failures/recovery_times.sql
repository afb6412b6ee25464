{% macro recovery_times(episodes) -%}
    {#- A select: how long episodes last, of all, by type and by project. The median is Kaplan and Meier's: an
        open episode counts for as long as it was seen open. The product is a sum of logarithms;
        what is half only up to rounding is half. -#}
    {%- set values = {'all': "'all'", 'type': 'failure_type', 'project': 'project'} -%}
    with

    lasting as (

        {% for dimension, value in values.items() -%}
            select
                '{{ dimension }}' as dimension,
                {{ value }} as value,
                cast(round(duration_seconds) as bigint) as seconds,
                is_open,
                lost_gpu_hours,
                lost_gb_hours,
                failure_count
            from {{ episodes }}
            where {{ value }} is not null
            {{ 'union all' if not loop.last }}
        {% endfor %}
    ),

    leaving as (

        select
            dimension,
            value,
            seconds,
            count(*) as leaving_count,
            count(case when not is_open then 1 end) as recovered_count
        from lasting
        group by dimension, value, seconds

    ),

    at_risk as (

        select
            *,
            sum(leaving_count) over (partition by dimension, value order by seconds desc) as risk_count
        from leaving

    ),

    open_shares as (

        select
            dimension,
            value,
            seconds,
            sum(ln(greatest(
                1e-30, 1 - cast(recovered_count as double precision) / risk_count
            ))) over (partition by dimension, value order by seconds) as log_share
        from at_risk

    ),

    medians as (

        select
            dimension,
            value,
            min(seconds) as median_seconds
        from open_shares
        where log_share <= ln(0.5e0) + 1e-9
        group by dimension, value

    ),

    summed as (

        select
            dimension,
            value,
            cast(count(*) as bigint) as episode_count,
            cast(count(case when is_open then 1 end) as bigint) as open_count,
            cast(sum(failure_count) as bigint) as failure_count,
            cast(sum(case when not is_open then seconds end) as bigint) as recovered_seconds,
            cast(sum(lost_gpu_hours) as decimal(18, 6)) as lost_gpu_hours,
            cast(sum(lost_gb_hours) as decimal(18, 6)) as lost_gb_hours
        from lasting
        group by dimension, value

    )

    select
        summed.dimension,
        summed.value,
        summed.episode_count,
        summed.open_count,
        summed.failure_count,
        medians.median_seconds,
        {{ round_ratio('summed.recovered_seconds', '(summed.episode_count - summed.open_count)', 1) }}
            as mean_recovered_seconds,
        summed.lost_gpu_hours,
        summed.lost_gb_hours
    from summed
    left join medians on summed.dimension = medians.dimension and summed.value = medians.value
{%- endmacro %}
