{% macro hash_key_facts(candidate) -%}
    {#- What each run would have found under a key: whether anything with it finished in the window
        (`is_starved`), OOM runs that the lookup could read (`donor_count`), those of another
        command. Reads the CTEs `events` and `workloads` of its caller. No join of runs with runs: on
        PostgreSQL runs and what they leave behind stand in one order of time and are counted along it;
        on DuckDB each lookup is merged with the states before it, in a fifth of the time. -#}
    {{ adapter.dispatch('hash_key_facts', 'headroom')(candidate) }}
{%- endmacro %}

{% macro default__hash_key_facts(candidate) -%}
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

{% macro duckdb__hash_key_facts(candidate) -%}
    select
        lookups.run_number,
        lookups.key_number,
        lookups.queued_week,
        lookups.peak_memory_mb,
        lookups.memory_gb_hours,
        lookups.is_oom,
        coalesce(ends.left_at < lookups.window_starts_at, true) as is_starved,
        coalesce(donors.donor_count, 0) as donor_count,
        case
            when lookups.key_number is null then 0
            else coalesce(donors.donor_count, 0) - coalesce(own_donors.donor_count, 0)
        end as foreign_donor_count
    from (
        select
            events.*,
            workloads.{{ candidate }}_key as key_number,
            workloads.{{ candidate }}_command as command_number
        from events
        inner join workloads on events.workload_number = workloads.workload_number
        where events.is_lookup = 1
    ) as lookups
    asof left join (
        select
            workloads.{{ candidate }}_key as key_number,
            events.happens_at,
            events.left_at
        from events
        inner join workloads on events.workload_number = workloads.workload_number
        where events.left_at is not null
    ) as ends
        on lookups.key_number = ends.key_number and lookups.happens_at >= ends.happens_at
    {%- for states, number in (('donors', 'key'), ('own_donors', 'command')) %}
        asof left join (
            select
                workloads.{{ candidate }}_{{ number }} as {{ number }}_number,
                events.happens_at,
                cast(
                    sum(sum(events.donor_change)) over (
                        partition by workloads.{{ candidate }}_{{ number }}
                        order by events.happens_at
                    ) as bigint
                ) as donor_count
            from events
            inner join workloads on events.workload_number = workloads.workload_number
            where events.donor_change <> 0
            group by workloads.{{ candidate }}_{{ number }}, events.happens_at
        ) as {{ states }}
            on
                lookups.{{ number }}_number = {{ states }}.{{ number }}_number
                and lookups.happens_at >= {{ states }}.happens_at
    {%- endfor %}
{%- endmacro %}
