{% macro is_keyed_run(runs) -%}
    {#- The runs over which keys are compared: those that ARA can size and that have a command. -#}
    (
        {{ runs }}.engine = 'eks'
        and {{ runs }}.has_command
        and {{ runs }}.attribution <> 'gpu_request'
        and coalesce({{ runs }}.gpu_count, 0) = 0
        and {{ runs }}.definition_id is not null
        and {{ runs }}.queued_at is not null
    )
{%- endmacro %}
