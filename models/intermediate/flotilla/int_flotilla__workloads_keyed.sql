-- Materialized here, not in the folder: every candidate for the key reads it.
{{ config(materialized='table') }}

{#- A number for each key, NULL where there is none, and one for each command under it. #}
{%- set numbers = {} %}
{%- for candidate in hash_key_candidates() %}
    {%- do numbers.update({
        candidate ~ '_key':
            'case when ' ~ candidate ~ ' is not null then dense_rank() over (order by definition_id, '
            ~ candidate ~ ') end',
        candidate ~ '_command':
            'dense_rank() over (order by definition_id, ' ~ candidate ~ ', command_md5)',
    }) %}
{%- endfor %}

with

runs as (

    select * from {{ ref('flotilla__runs') }}

),

commands as (

    select * from {{ ref('int_flotilla__commands_fingerprinted') }}

),

shared_hashes as (

    select * from {{ ref('flotilla__shared_hashes') }}

),

-- Where a rollout by definition would begin.
affected as (

    select
        definition_id,
        row_number() over (order by sum(oom_count) desc, {{ text_key('definition_id') }}) as place
    from shared_hashes
    group by definition_id
    having sum(oom_count) > 0

),

rolled_out as (

    select definition_id
    from affected
    where place <= {{ threshold('per_definition_rollout_count') }}

),

distinct_workloads as (

    select distinct
        {{ workload('runs') }} as workload,
        runs.definition_id,
        runs.command_hash,
        runs.command_md5,
        runs.description_md5,
        runs.is_after_hash_fix
    from runs
    where {{ is_keyed_run('runs') }}

),

keyed as (

    select
        workloads.workload,
        workloads.definition_id,
        workloads.command_md5,
        {{ named_columns(hash_key_candidates()) }}
    from distinct_workloads as workloads
    inner join commands on workloads.command_md5 = commands.command_md5
    left join rolled_out on workloads.definition_id = rolled_out.definition_id

)

select
    workload,
    row_number() over (order by workload) as workload_number,
    {{ named_columns(numbers) }}
from keyed
