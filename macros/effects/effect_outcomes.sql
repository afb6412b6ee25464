{% macro effect_outcomes() -%}
    {#- What a change can raise or lower: of which runs (`of`) how many (`event`). `is_compared` where runs that
        ARA leaves alone can have it as well, so that they say what would have happened anyway. -#}
    {{ return({
        'elevated': {
            'of': 'is_ara_enabled and memory_mb is not null', 'event': 'is_elevated_ara_enabled', 'is_compared': true
        },
        'at_cap': {'of': 'memory_mb is not null', 'event': 'is_at_cap', 'is_compared': false},
        'oom': {'of': 'is_final', 'event': 'is_final and is_oom', 'is_compared': true},
        'null_hash': {
            'of': 'has_command', 'event': 'has_command and command_hash is null', 'is_compared': false
        },
        'contaminated': {
            'of': 'memory_mb is not null', 'event': 'memory_mb is not null and is_contaminated', 'is_compared': false
        },
    }) }}
{%- endmacro %}
