{% macro require_no_other_build() -%}
    {#- on-run-start: plain dbt refuses to start beside a build by `headroom`. dbt that `headroom` started works
        under its lock, and has the variable, empty or not. -#}
    {%- if execute and env_var('HEADROOM_ONLY_DATA_CHANGED', 'plain dbt') == 'plain dbt' -%}
        {%- for row in headroom.rows_of(headroom.builds_at_work()) -%}
            {{ exceptions.raise_compiler_error(
                'another build is running: ' ~ row[0] ~ ' (since, process, host). Let it end, then start again;'
                ~ ' nothing was changed'
            ) }}
        {%- endfor -%}
    {%- endif -%}
    select 1
{%- endmacro %}
