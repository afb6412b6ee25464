{% macro parts_to_make(part_kind='runs', part_column='queued_day', reaches_days=none, reached={}) -%}
    {#- Which rows a model made by parts makes in this build: those of its parts that changed since it was
        made last, or all of them. `reached` gives, for a kind, the parts of this model that its changed
        parts reach (a query of `changed_<kind>`, with the column `part`). The list stands in a comment as
        well, from which `replace_parts` deletes the same ones and `record_parts` the numbers. -#}
    {%- if execute and not headroom.is_building() -%}{{ return('true') }}{%- endif -%}
    {%- set pulled_days = ref('stg_flotilla__days') if reaches_days is not none -%}
    {%- if not execute -%}{{ return('true') }}{%- endif -%}
    {%- set until = headroom.made_up_to() -%}
    {%- set reached = dict(reached) -%}
    {%- if pulled_days -%}
        {%- do reached.update({'runs': headroom.reached_days(reaches_days, pulled_days)}) -%}
    {%- endif -%}
    {%- for other in until if other != part_kind and other not in reached -%}
        {{ exceptions.raise_compiler_error(
            model.name ~ ' reads parts of the kind ' ~ other ~ ': say in `reached` which parts of it these change'
        ) }}
    {%- endfor -%}
    {%- if not is_incremental() -%}
        /* parts: {{ tojson({'until': until}) }} */ true
    {%- else -%}
        {%- set parts = headroom.changed_parts(until, reached) -%}
        /* parts: {{ tojson({'until': until, 'column': part_column, 'parts': parts}) | replace('/', '\\u002f') }} */
        {{ headroom.in_parts(part_column, parts) }}
    {%- endif -%}
{%- endmacro %}
