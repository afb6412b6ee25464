{{ config(indexes=row_store_indexes([{'columns': ['submitted_day']}])) }}
{%- set parts = ['memory'] + waste_parts() %}
{%- set sums = {} %}
{%- for part in parts %}
    {%- do sums.update({part ~ '_gb_hours': 'sum(' ~ part ~ '_gb_hours)'}) %}
{%- endfor %}
{%- set counts = {
    'attempt_count': 'true',
    'failed_attempt_count': "outcome = 'failed'",
    'unmeasured_attempt_count': 'is_unmeasured',
    'censored_attempt_count': 'is_censored',
    'above_limit_attempt_count': 'is_above_limit',
    'unrequested_attempt_count': 'limit_mb is null',
    'untimed_attempt_count': 'is_untimed',
    'loaded_attempt_count': 'is_landed',
} %}

with

attempts as (

    select * from {{ ref('int_waste__attempts_priced') }}
    where {{ parts_to_make(
        part_column='submitted_day',
        reaches_days=donor_days(),
        reached=landed_anyway(days_loaded()),
    ) }}

),

-- A day, a class and the price of both: the last three columns add no rows.
summed as (

    select
        submitted_day,
        source,
        job_name,
        group_name,
        owner_name,
        project,
        price_class,
        currency,
        price_per_gb_hour,
        is_price_example,
        {%- for name, condition in counts.items() %}
            count(*) filter (where {{ condition }}) as {{ name }},
        {%- endfor %}
        {{ named_columns(sums) }}
    from attempts
    group by
        submitted_day, source, job_name, group_name, owner_name, project, price_class,
        currency, price_per_gb_hour, is_price_example

)

select
    submitted_day,
    source,
    job_name,
    group_name,
    owner_name,
    project,
    price_class,
    {%- for name in counts %}
        {{ name }},
    {%- endfor %}
    {%- for part in parts %}
        cast({{ part }}_gb_hours as decimal(38, 6)) as {{ part }}_gb_hours,
    {%- endfor %}
    {%- for part in parts %}
        cast({{ part }}_gb_hours * price_per_gb_hour as decimal(38, 12)) as {{ part }}_cost,
    {%- endfor %}
    currency,
    price_per_gb_hour,
    is_price_example
from summed
