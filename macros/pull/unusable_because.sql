{% macro unusable_because(texts, integers, times) -%}
    {#- Why a row of `task` cannot be used; NULL where it can. -#}
    {%- set checked = texts if headroom.keeps_any_bytes() else [] -%}
    case
        {%- for column in checked %}
            when not {{ is_utf8(column) }} then '{{ column | replace('"', '') }} is not UTF-8'
        {%- endfor %}
        {%- for column in times %}
            when {{ column }} < {{ first_instant() }} or {{ column }} > timestamptz '9999-12-31 00:00:00Z'
                then '{{ column }} is not within the years 1 to 9999'
        {%- endfor %}
        {%- for column in integers %}
            when {{ column }} not between -2147483648 and 2147483647
                then '{{ column }} is beyond 2,147,483,647'
        {%- endfor %}
        when queued_at > {{ latest_believed() }} then 'queued_at is ahead of the clock'
        {#- Memory in MB times microseconds has to stay within eight bytes. #}
        when
            cast(memory as double precision)
            * abs(extract(epoch from finished_at) - extract(epoch from started_at)) > 9000000000000
            then 'memory times its time is more than 2,500,000 GB.h'
    end
{%- endmacro %}
