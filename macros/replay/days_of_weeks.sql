{% macro days_of_weeks(parts) -%}
    {#- A condition on `queued_day`: the days whose runs the lookups of some UTC weeks are, or can find. Listed
        when the model is compiled, because then indexes, and DuckDB's minimum and maximum of each block,
        serve. `parts`: what `parts_to_make` gave. -#}
    {%- if execute and not headroom.is_building() -%}{{ return('true') }}{%- endif -%}
    {%- set pulled_days = ref('stg_flotilla__days') -%}
    {%- set made = headroom.parts_of(parts) if execute else none -%}
    {%- if not made or 'parts' not in made -%}{{ return('true') }}{%- endif -%}
    {%- if not made.parts -%}{{ return('false') }}{%- endif -%}
    {%- set weeks, days = [], [] -%}
    {%- for week in made.parts -%}{%- do weeks.append("(date '" ~ week ~ "')") -%}{%- endfor -%}
    {%- set first_end = day_start(
        "weeks.queued_week - 1 - cast(" ~ threshold('frontier_window_days') ~ " as integer)"
    ) -%}
    {%- for row in headroom.rows_of(
        "select distinct cast(days.queued_day as text) from " ~ pulled_days ~ " as days"
        ~ " inner join (values " ~ weeks | join(', ') ~ ") as weeks (queued_week)"
        ~ " on days.queued_day <= weeks.queued_week + 7"
        ~ " and (days.queued_day >= weeks.queued_week - 1 or days.last_left_at >= " ~ first_end ~ ")"
    ) -%}
        {%- do days.append(row[0] | string) -%}
    {%- endfor -%}
    {{ return(headroom.in_parts('queued_day', days)) }}
{%- endmacro %}
