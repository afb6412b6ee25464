with

anomalies as (

    select * from {{ ref('builds__anomalies') }}

),

counted as (

    select
        build_id,
        count(*) filter (where rule_name = 'published_spike') as spike_count,
        count(*) filter (where severity = 'HIGH') as high_spike_count,
        count(*) filter (where rule_name = 'published_trough') as trough_count,
        count(*) filter (where rule_name = 'from_zero_rise') as from_zero_rise_count,
        count(*) filter (where rule_name = 'robust_outlier') as robust_outlier_count,
        count(*) filter (where rule_name = 'level_shift') as level_shift_count,
        count(*) filter (where rule_name = 'sustained_shift') as sustained_shift_count
    from anomalies
    group by build_id

)

select * from counted
