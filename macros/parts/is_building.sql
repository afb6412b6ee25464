{% macro is_building() -%}
    {#- Whether a model is compiled to be built, and not for a unit test, a preview or an analysis. -#}
    {{ return(execute and flags.WHICH in ('build', 'run') and model.resource_type == 'model') }}
{%- endmacro %}
