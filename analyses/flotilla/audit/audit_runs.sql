-- Runs of which the mart says another thing than what was pulled, at most a hundred.
select
    coalesce(pulled.run_id, runs.run_id) as run_id,
    pulled.queued_day as pulled_day,
    runs.queued_day as mart_day
from {{ ref('stg_flotilla__runs') }} as pulled
full join {{ ref('flotilla__runs') }} as runs on pulled.run_id = runs.run_id
where
    pulled.run_id is null
    or runs.run_id is null
    {%- for column in [
        'definition_id', 'run_alias', 'engine', 'status', 'group_name', 'user_name', 'tier', 'image', 'cluster_name',
        'node_name', 'node_lifecycle', 'attempt_count', 'active_deadline_seconds', 'queued_at', 'started_at',
        'finished_at', 'queued_day', 'finished_day', 'exit_code', 'exit_reason', 'is_oom', 'memory_mb',
        'memory_limit_mb', 'peak_memory_mb', 'cpu_millicores', 'gpu_count', 'has_command', 'command_hash',
        'command_md5', 'description_md5', 'is_final', 'is_settled', 'is_quarantined', 'is_status_unknown',
        'is_engine_unknown', 'has_clock_skew',
    ] %}
        or pulled.{{ column }} is distinct from runs.{{ column }}
    {%- endfor %}
order by {{ text_key('coalesce(pulled.run_id, runs.run_id)') }}
limit 100
