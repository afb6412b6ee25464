{% macro forget_retained_runs(scope) -%}
    {#- What the source no longer keeps is older than its oldest row: that is retention, not a deletion.
        Days that somebody accepted as deleted are. -#}
    delete from pull_differences
    where
        difference = 'missing'
        and known_queued_at < timestamptz '{{ scope.oldest or '-infinity' }}'
        {%- if scope.accepted %}
            and not (
                known_queued_at >= timestamptz '{{ scope.accepted[0] }}'
                and known_queued_at < timestamptz '{{ scope.accepted[1] }}'
            )
        {%- endif %}
{%- endmacro %}
