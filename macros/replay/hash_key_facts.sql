{% macro hash_key_facts(candidate) -%}
    {#- What each run would have found under a key: whether anything with it finished in the window
        (`is_starved`), OOM runs that the lookup could read (`donor_count`), those of another command.
        Runs and what they leave behind stand in one order of time and are counted along it: a sort, no
        join of runs with runs. Reads the CTEs `events` and `workloads` of its caller. -#}
    select
        run_number,
        key_number,
        queued_week,
        peak_memory_mb,
        memory_gb_hours,
        is_oom,
        key_number is null or coalesce(last_finished_at < window_starts_at, true) as is_starved,
        case when key_number is null then 0 else key_donor_count end as donor_count,
        case when key_number is null then 0 else key_donor_count - own_donor_count end as foreign_donor_count
    from (
        select
            events.run_number,
            workloads.{{ candidate }}_key as key_number,
            events.is_lookup,
            events.queued_week,
            events.peak_memory_mb,
            events.memory_gb_hours,
            events.is_oom,
            events.window_starts_at,
            max(events.left_at) over by_key as last_finished_at,
            sum(events.donor_change) over by_key as key_donor_count,
            sum(events.donor_change) over by_command as own_donor_count
        from events
        inner join workloads on events.workload_number = workloads.workload_number
        window
            by_key as (
                partition by workloads.{{ candidate }}_key
                order by events.happens_at, events.is_lookup
            ),
            by_command as (
                partition by workloads.{{ candidate }}_command
                order by events.happens_at, events.is_lookup
            )
    ) as counted
    where is_lookup = 1
{%- endmacro %}
