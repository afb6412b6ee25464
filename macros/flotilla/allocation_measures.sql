{% macro allocation_measures() -%}
    {#- Measures of runs that were given the same, each column with its aggregate: of the mart's rows, and of
        the day that a moment cuts. -#}
    {{ return({
        'run_count': 'count(*)',
        'ara_enabled_run_count': 'count(*) filter (where is_ara_enabled)',
        'at_cap_run_count': 'count(*) filter (where is_at_cap)',
        'at_cap_or_elevated_run_count': 'count(*) filter (where is_at_cap or is_elevated_ara_enabled)',
        'hashed_run_count': 'count(command_hash)',
        'distinct_command_hashes': 'count(distinct command_hash)',
    }) }}
{%- endmacro %}
