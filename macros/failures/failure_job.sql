{% macro failure_job() -%}
    {#- A job by its project and name: two projects may use one name. NULL where the job is unknown. -#}
    coalesce(project || '/', '') || job_name
{%- endmacro %}
