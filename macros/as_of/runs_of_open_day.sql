{% macro runs_of_open_day() -%}
    {#- The runs queued in the day that the cut divides, before the cut: none for a whole day. The day
        decides, because a day can be two spans of time; the moment is what the index knows. -#}
    (
        select *
        from {{ ref('flotilla__runs') }}
        where
            queued_at >= {{ day_start(as_of_open_day()) }}
            and queued_at < {{ as_of_end() }}
            and queued_day >= {{ as_of_open_day() }}
    )
{%- endmacro %}
