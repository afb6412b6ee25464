{% macro keep_comparison(scope) -%}
    {#- What the next pull compares if nothing changes until then, as SQL that `headroom build` runs without
        dbt (headroom.quiet). Words in angle brackets stand for the slice of the scrub and for the source's
        oldest moment. It holds no value of a row. -#}
    {%- set lookback_from = headroom.rows_of(
        "select " ~ instant_text(day_start(to_day("timestamptz '" ~ scope.settled_before ~ "'")))
    )[0][0] -%}
    {%- set next = scope.copy() -%}
    {%- do next.update({
        'is_whole': false, 'masks_changed': false, 'accepted': none, 'oldest': '<oldest>',
        'ranges': [[lookback_from, none], ['<starts_at>', '<first_until>'], ['-infinity', '<second_until>']],
    }) -%}
    {%- set differences = render(model.raw_code | replace('pull_scope()', "fromjson('" ~ tojson(next) ~ "')")) -%}
    {%- set kept = {
        'source_moments': headroom.source_moments(scope.settled_before),
        'source_rows': headroom.count_source_rows(next),
        'run_differences': headroom.count_differences(differences, next),
        'definitions': headroom.count_definitions(),
        'definition_differences': "select count(*) from (" ~ headroom.definition_differences() ~ ") as differences",
    } -%}
    {%- if headroom.is_source_beside() -%}
        {%- set looked_for = headroom.looked_for(headroom.known_runs(this, next), 'pull_runs') -%}
        {#- Where more than a batch of runs is missing, a difference is left in any case. -#}
        {%- do kept.update({'fetch': (
            headroom.fetch_ranges(next) + [headroom.number_keys(looked_for)] + headroom.fetch_batch(next, 0)
        ) | join('; ')}) -%}
    {%- endif -%}
    {%- set statements = ["delete from headroom_operations.next_comparison"] -%}
    {%- for name, statement in kept.items() -%}
        {%- do statements.append(
            "insert into headroom_operations.next_comparison (statement_name, statement) values ('" ~ name ~ "', '"
            ~ statement | replace("'", "''") ~ "')"
        ) -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}
