-- What an owner's memory cost in the last days of each source, and what became of it.
{%- set parts = ['memory'] + waste_parts() %}
with

windows as (

    select distinct
        source,
        window_from
    from {{ ref('waste__recommendations') }}

),

owned as (

    select * from {{ ref('waste__attempts_daily') }}
    where {{ is_owned() }}

)

select
    owned.source,
    owned.job_name,
    min(owned.submitted_day) as first_day,
    max(owned.submitted_day) as last_day,
    cast(sum(owned.attempt_count) as bigint) as attempt_count,
    cast(sum(owned.failed_attempt_count) as bigint) as failed_attempt_count,
    {%- for part in parts %}
        sum(owned.{{ part }}_gb_hours) as {{ part }}_gb_hours,
    {%- endfor %}
    {%- for part in parts %}
        sum(owned.{{ part }}_cost) as {{ part }}_cost,
    {%- endfor %}
    owned.currency,
    max(case when owned.is_price_example then 1 else 0 end) = 1 as is_price_example
from owned
inner join windows
    on owned.source = windows.source and owned.submitted_day >= windows.window_from
group by owned.source, owned.job_name, owned.currency
order by
    sum(owned.over_allocated_gb_hours + owned.lost_to_oom_gb_hours) desc,
    owned.source asc,
    owned.job_name asc
