{% materialization pull, default -%}
    {#- The copy of a raw table, and what is kept beside it, brought up to date in one transaction: a kill
        leaves what was there. `sql` gives the differences; a comment in it says what was compared. -#}
    {%- set copy = this.incorporate(type='table') -%}
    {%- set scope = fromjson(modules.re.search('/\\* pull: (.*?) \\*/', sql, modules.re.DOTALL).group(1)) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {%- do headroom.create_copy(copy) -%}
    {% call statement('begin') %}{{ begin_snapshot() }}{% endcall %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if scope.zone_changed -%}
        {%- do run_query("update " ~ copy ~ " set queued_day = " ~ to_day('queued_at')) -%}
    {%- endif -%}
    {%- do headroom.fetch_runs(copy, scope) -%}
    {%- do run_query("create temporary table pull_differences as " ~ sql) -%}
    {%- do run_query("create temporary table pull_definitions as " ~ headroom.definition_differences()) -%}
    {%- do headroom.analyze_now('pull_differences') -%}
    {%- if not scope.is_first -%}
        {%- do run_query(headroom.find_moved_runs(copy)) -%}
        {%- do headroom.fetch_moved_runs(scope) -%}
    {%- endif -%}
    {%- set counts = headroom.judge_pull(scope) -%}
    {% call statement('main') %}
        {%- for written in headroom.pull_statements(copy, scope, counts) %}
            {{ written }};
        {%- endfor %}
    {% endcall %}
    {%- do create_indexes(copy) if scope.is_first -%}
    {%- do persist_docs(copy, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [copy]}) }}
{%- endmaterialization %}
