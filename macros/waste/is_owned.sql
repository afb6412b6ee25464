{% macro is_owned() -%}
    {#- Whether a row of a day belongs to the user, group or project of the var `owner`, and may be seen. A name
        is data: a quote in it stays in it. -#}
    {%- set owner = "'" ~ var('owner') | replace("'", "''") ~ "'" -%}
    (
        (owner_name = {{ owner }} or group_name = {{ owner }} or project = {{ owner }})
        and {{ in_failure_scope('project') }}
    )
{%- endmacro %}
