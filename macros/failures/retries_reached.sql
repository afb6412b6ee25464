{% macro retries_reached() -%}
    {#- `reached`: of changed days of runs, those with failures of which they can hold the next attempt, or what
        was under way beside them: what failed since, or not longer before than a retry may come. How long
        runs of the changed days lasted before nobody knows any more. Something that is loaded, or was,
        changes failures of jobs of the same name, which are made in each build. -#}
    {%- if execute and not headroom.is_building() -%}{{ return({}) }}{%- endif -%}
    {%- set days, jobs = ref('stg_flotilla__days'), ref('int_failures__jobs_landed') -%}
    {%- set retried_for = 'cast(' ~ threshold('failure_retry_days') ~ " as integer) * interval '1 day'" -%}
    {%- set first_day = '(select min(cast(part as date)) from changed_runs)' -%}
    {%- set rows_left -%}
        select cast(submitted_day as text) as part from {{ this }}
        where is_landed <> (job_name in (select job_name from {{ jobs }}))
    {%- endset -%}
    {%- set runs -%}
        select part from changed_runs
        union
        select cast(queued_day as text) as part from {{ days }}
        where
            queued_day >= {{ first_day }}
            or last_left_at + {{ retried_for }} >= {{ day_start(first_day) }}
            or exists (select 1 from changed_runs where part is null)
    {%- endset -%}
    {{ return(dict(headroom.landed_anyway(rows_left), runs=runs)) }}
{%- endmacro %}
