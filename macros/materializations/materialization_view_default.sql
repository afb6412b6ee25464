{% materialization view, default %}
    {#- A view that is there stays where only data changed. Where it has the same columns as before it is
        replaced in its place: dbt's way makes a new one and drops the old one with every view on it, and
        one of these may be held back by a failed test. -#}
    {%- set existing = load_cached_relation(this) -%}
    {%- if not (existing and existing.is_view) -%}
        {{ return(dbt.materialization_view_default()) }}
    {%- endif -%}
    {%- if env_var('HEADROOM_ONLY_DATA_CHANGED', '') -%}
        {%- call noop_statement('main', 'UNCHANGED') %}{{ sql }}{% endcall -%}
        {{ return({'relations': [existing]}) }}
    {%- endif -%}
    {%- if not keeps_columns(existing, sql) -%}
        {{ return(dbt.materialization_view_default()) }}
    {%- endif -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        {{ get_create_view_as_sql(existing, sql) | replace('create view', 'create or replace view', 1) }}
    {% endcall %}
    {%- do persist_docs(existing, model) -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [existing]}) }}
{% endmaterialization %}
