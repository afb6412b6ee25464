{% macro find_moved_runs(copy) -%}
    {#- A run that looks new can be one that we know of a day that was not compared. -#}
    update pull_differences
    set
        difference = 'changed',
        known_day = known.queued_day,
        known_queued_at = known.queued_at
    from {{ copy }} as known
    where pull_differences.difference = 'new' and {{ is_same_run('pull_differences', 'known') }}
{%- endmacro %}
