{% macro workload(runs) -%}
    {#- All that a key can be made of, as one text: PostgreSQL does not hash a join on several columns
        that can be NULL. -#}
    (
        {{ runs }}.definition_id
        || '|' || coalesce({{ runs }}.command_md5, '')
        || '|' || coalesce({{ runs }}.description_md5, '')
        || '|' || case when {{ runs }}.is_after_hash_fix then 'after' else 'before' end
        || '|' || coalesce('=' || {{ runs }}.command_hash, '')
    )
{%- endmacro %}
