{% macro rekey_landed_seed(model, relation) -%}
    {#- Gives events that an older version landed the keys that a load gives them, where there are any. -#}
    {%- set event = model.config.meta.get('event_key') -%}
    {%- set line_keys = 'select count(*) from ' ~ relation ~ ' where length(' ~ model.config.unique_key[0] ~ ') = 32' -%}
    {%- if event and run_query(line_keys).rows[0][0] -%}
        {%- set microseconds = epoch_microseconds(event.time) if event.get('time') -%}
        {%- do adapter.add_query(rekey_landed_rows(model, relation, microseconds), auto_begin=false) -%}
    {%- endif -%}
{%- endmacro %}
