{% materialization view, default %}
    {%- set existing = load_cached_relation(this) -%}
    {%- if env_var('HEADROOM_ONLY_DATA_CHANGED', '') and existing is not none and existing.is_view -%}
        {%- call noop_statement('main', 'UNCHANGED') %}{{ sql }}{% endcall -%}
        {{ return({'relations': [existing]}) }}
    {%- endif -%}
    {{ return(dbt.materialization_view_default()) }}
{% endmaterialization %}
