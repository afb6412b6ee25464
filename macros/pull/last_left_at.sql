{% macro last_left_at() -%}
    {#- When the last of some runs had ended, by the columns of the copy. The start counts only under clock
        skew: no run ends before it has begun. -#}
    max(greatest(queued_at, started_at, finished_at)) filter (where finished_at is not null)
{%- endmacro %}
