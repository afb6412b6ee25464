{% macro record_sources_read(results) -%}
    {#- on-run-end: a raw table that was read is remembered, and a landed one that held rows. -#}
    {%- for result in results
        if result.status == 'success' and result.node.resource_type == 'model'
        and result.node.path.startswith('staging/') %}
        {%- for unique_id in result.node.depends_on.nodes
            if unique_id.startswith('source.headroom.flotilla.') or '.landed_' in unique_id %}
            {%- set parent = graph.sources.get(unique_id) or graph.nodes[unique_id] -%}
            {%- set identifier = parent.identifier or parent.alias -%}
            {%- set relation = api.Relation.create(
                database=parent.database, schema=parent.schema, identifier=identifier
            ) -%}
            {%- if parent.resource_type == 'source' -%}{%- set relation = headroom.raw_relation(relation) -%}{%- endif -%}
            {%- if is_relation_there(relation) %}
                insert into {{ sources_read_relation().include(database=false) }} (source_name)
                select '{{ parent.name }}'
                {%- if parent.resource_type == 'seed' %}
                    where exists (select 1 from {{ relation }})
                {%- endif %}
                on conflict do nothing;
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
