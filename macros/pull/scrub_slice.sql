{% macro scrub_slice(scrubbed_until, lookback_from) -%}
    {#- The next older days that fit into the budget of rows, at least one, as ranges of moments: from where
        the last slice ended to the lookback, and on from the beginning. Days that we do not know lie between
        known ones, before them or behind them, and are compared with these. -#}
    {%- set budget = headroom.rows_of("select cast(" ~ pull_limit('scrub_rows') ~ " as bigint)")[0][0] -%}
    {%- set known = headroom.rows_of(
        "select " ~ instant_text(day_start('queued_day')) ~ " as starts_at, run_count"
        ~ " from headroom_staging.pulled_days where queued_day is not null and "
        ~ day_start('queued_day + 1') ~ " <= timestamptz '" ~ lookback_from ~ "' order by queued_day"
    ) -%}
    {%- set ahead, behind = [], [] -%}
    {%- for day in known -%}
        {%- do (ahead if scrubbed_until and day[0] >= scrubbed_until else behind).append(day) -%}
    {%- endfor -%}
    {%- if not ahead or known | sum(attribute=1) <= budget -%}
        {%- set ahead, behind, scrubbed_until = known | list, [], '-infinity' -%}
    {%- endif -%}
    {%- set slice = namespace(rows=0, until=none, is_full=false) -%}
    {%- for day in ahead + behind if not slice.is_full -%}
        {%- if slice.rows + day[1] > budget and slice.rows > 0 -%}
            {%- set slice.is_full = true -%}
            {%- set slice.until = day[0] -%}
        {%- else -%}
            {%- set slice.rows = slice.rows + day[1] -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set until = slice.until or lookback_from -%}
    {{ return(
        [[scrubbed_until, until]] if until > scrubbed_until or scrubbed_until == '-infinity'
        else [[scrubbed_until, lookback_from], ['-infinity', until]]
    ) }}
{%- endmacro %}
