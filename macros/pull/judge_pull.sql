{% macro judge_pull(scope) -%}
    {#- What was found, counted. Raises an error where nothing may be written: a key that stands twice,
        or more rows that cannot be used than an accident explains. Takes out of `pull_differences` what
        is not believed: days from which too many rows are missing stay as they are. -#}
    {%- set read = headroom.rows_of(headroom.count_source_rows(scope))[0] -%}
    {%- if read[2] > 1 -%}
        {{ headroom.refuse_source(
            'run_id ' ~ read[3] ~ ' stands ' ~ read[2] ~ ' times in task: keep one row of each run. Nothing was written'
        ) }}
    {%- endif -%}
    {%- for twice in headroom.rows_of(headroom.moved_runs_that_stay()) -%}
        {{ headroom.refuse_source(
            'run_id ' ~ twice[0] ~ ' stands on two days of task: keep one row of each run. Nothing was written'
        ) }}
    {%- endfor -%}
    {%- set definitions = headroom.rows_of(headroom.count_definitions())[0] -%}
    {%- if definitions[0] > 1 or definitions[2] > 0 -%}
        {{ headroom.refuse_source(
            'task_def has ' ~ definitions[2] ~ ' rows without a definition_id, and definition_id '
            ~ definitions[1] ~ ' stands ' ~ definitions[0] ~ ' times: keep one row of each. Nothing was written'
        ) }}
    {%- endif -%}
    {%- if definitions[3] -%}
        {{ headroom.refuse_source(
            'definition_id ' ~ definitions[3] ~ ' of task_def has a number beyond 2,147,483,647, or a text that is not UTF-8: correct'
            ~ ' it. Nothing was written'
        ) }}
    {%- endif -%}
    {%- do run_query(
        "create temporary table pull_unusable as select " ~ readable_text('run_id') ~ " as run_id, unusable_because"
        ~ " from pull_differences where difference = 'unusable'"
    ) -%}
    {%- set unusable = headroom.rows_of(
        "select count(*), min(run_id), min(unusable_because) from pull_unusable"
    )[0] -%}
    {%- set share, least, most = headroom.rows_of(
        "select " ~ pull_limit('quarantine_share') ~ ", " ~ pull_limit('quarantine_least') ~ ", "
        ~ pull_limit('quarantine_most')
    )[0] -%}
    {%- if unusable[0] > [[share * read[0], most] | min, least] | max -%}
        {{ headroom.refuse_source(
            unusable[0] ~ ' of ' ~ read[0] ~ ' rows of task cannot be used (such as run ' ~ unusable[1] ~ ': '
            ~ unusable[2] ~ '): so many are not an accident. Correct the rows, or make a view named task that does'
            ~ ' and set HEADROOM_SOURCE_SCHEMA to its schema. Nothing was written'
        ) }}
    {%- endif -%}
    {%- do run_query(headroom.forget_retained_runs(scope)) -%}
    {%- do run_query("create temporary table pull_held_days as " ~ headroom.held_days(scope)) -%}
    {%- do run_query(
        "delete from pull_differences where exists (select 1 from pull_held_days as held where"
        ~ " (difference <> 'new' and held.queued_day is not distinct from known_day)"
        ~ " or (difference <> 'missing' and held.queued_day is not distinct from pull_differences.queued_day))"
    ) -%}
    {{ return({'read': read[0] | int, 'without_key': read[1] | int}) }}
{%- endmacro %}
