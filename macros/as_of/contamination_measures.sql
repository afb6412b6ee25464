{% macro contamination_measures() -%}
    {#- Measures over rows of flotilla__contaminations, each column with its aggregate; what only the end of a
        run tells counts when it had ended by the moment `as_of`. -#}
    {%- set has_ended = 'finished_at < ' ~ as_of_end() -%}
    {{ return({
        'contaminated_run_count': 'count(*)',
        'donor_count': 'count(distinct donor_run_id)',
        'donor_commands': 'count(distinct donor_command_md5)',
        'recipient_commands': 'count(distinct recipient_command_md5)',
        'oom_count': 'count(*) filter (where is_oom and ' ~ has_ended ~ ')',
        'max_memory_mb': 'max(memory_mb)',
        'contaminated_gb_hours':
            'cast(sum(contaminated_gb_hours) filter (where ' ~ has_ended ~ ') as decimal(18, 6))',
    }) }}
{%- endmacro %}
