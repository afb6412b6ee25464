{% macro hash_key_measures(facts) -%}
    {#- The measures of one key over what `hash_key_facts` found: first by key and UTC week, because a
        group with at least two measured peaks is what heterogeneity is about. -#}
    select
        sum(run_count) as run_count,
        count(distinct key_number) as key_count,
        sum(starved_run_count) as starved_run_count,
        count(*) filter (where peak_count > 1 and key_number is not null) as peak_group_count,
        count(*) filter (
            where
            peak_count > 1
            and key_number is not null
            and largest_peak_mb > {{ threshold('heterogeneity_ratio') }} * smallest_peak_mb
        ) as heterogeneous_group_count,
        sum(contaminated_run_count) as contaminated_run_count,
        sum(cold_start_oom_count) as cold_start_oom_count,
        sum(cold_start_gb_hours) as cold_start_gb_hours
    from (
        select
            key_number,
            queued_week,
            count(*) as run_count,
            count(*) filter (where is_starved) as starved_run_count,
            count(peak_memory_mb) as peak_count,
            max(peak_memory_mb) as largest_peak_mb,
            min(peak_memory_mb) as smallest_peak_mb,
            count(*) filter (where foreign_donor_count > 0) as contaminated_run_count,
            count(*) filter (where is_starved and is_oom) as cold_start_oom_count,
            sum(memory_gb_hours) filter (where is_starved and is_oom) as cold_start_gb_hours
        from {{ facts }}
        group by key_number, queued_week
    ) as weeks
{%- endmacro %}
