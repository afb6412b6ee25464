{% macro hash_key_candidates() -%}
    {#- The keys that are compared, each with its SQL; NULL finds nothing. The definition is always part
        of the key. The dual-hash lookup has no key of its own: it falls back from one to the other. -#}
    {{ return({
        'stored_hash': 'workloads.command_hash',
        'command': 'workloads.command_md5',
        'fingerprint': 'commands.fingerprint',
        'description': 'workloads.description_md5',
        'definition': "'every run'",
        'clean_break': "case when workloads.is_after_hash_fix then 'command ' || workloads.command_md5"
        ~ " else 'stored ' || workloads.command_hash end",
        'per_definition': 'case when rolled_out.definition_id is not null then workloads.command_md5'
        ~ ' else workloads.command_hash end',
    }) }}
{%- endmacro %}
