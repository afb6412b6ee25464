{% macro pull_scope() -%}
    {#- What the next pull compares, found out when it is compiled: the source is asked with constants, so
        that its indexes serve. Ranges of moments, each of whole days: the lookback; the next slice of older
        days, within the budget of rows (the scrub); days whose missing rows somebody accepted, or that somebody
        wants again. Everything on
        the first pull, when it was asked for, and when masks or the zone of days changed. -#}
    {%- set scope = {
        'is_whole': true, 'ranges': [], 'accepted': none, 'settled_before': '0001-01-01 00:00:00Z',
        'scrubbed_from': none, 'scrubbed_until': none, 'is_first': true, 'masks_changed': false,
        'number': 1, 'oldest': none, 'zone_changed': false,
    } -%}
    {%- if not execute -%}
        {#- What the materialization reads: dbt wants to know it from the model. #}
        {%- do [
            ref('thresholds'), ref('pull_limits'), ref('masks'), ref('base_flotilla__scrub_next'),
            source('flotilla', 'task'), source('flotilla', 'task_def'), source('pulled', 'pulled_days'),
            source('pulled', 'pulled_definitions'),
        ] -%}
    {%- endif -%}
    {%- if not headroom.is_building() -%}{{ return(scope) }}{%- endif -%}
    {%- set last = headroom.rows_of(
        "select pull_number, " ~ instant_text('settled_before') ~ ", masks_md5, reporting_timezone, code_md5"
        ~ " from headroom_operations.pulls order by pull_number desc limit 1"
    ) -%}
    {%- set wish = headroom.rows_of(
        "select coalesce(bool_or(is_whole), false), min(accept_from), max(accept_until),"
        ~ " " ~ instant_text(day_start('min(accept_from)')) ~ ", " ~ instant_text(day_start('max(accept_until) + 1'))
        ~ ", " ~ instant_text(day_start('min(again_from)')) ~ ", " ~ instant_text(day_start('max(again_until) + 1'))
        ~ " from headroom_operations.pull_requests"
    )[0] -%}
    {%- set known = headroom.rows_of("select coalesce(sum(run_count), 0) from headroom_staging.pulled_days")[0][0] -%}
    {%- set is_first = not last or known == 0 -%}
    {%- set moments = headroom.rows_of(headroom.source_moments(none if is_first else last[0][1]))[0] -%}
    {%- set oldest, settled_before = moments[0], moments[1] or (last[0][1] if last else scope.settled_before) -%}
    {%- set masks_changed = last | length > 0 and last[0][2] != headroom.masks_md5() -%}
    {%- set zone_changed = not is_first and last[0][3] != var('reporting_timezone') -%}
    {%- do scope.update({
        'is_first': is_first,
        'is_whole': is_first or wish[0] or flags.FULL_REFRESH or masks_changed or zone_changed
        or last[0][4] != headroom.pull_code_md5(),
        'zone_changed': zone_changed,
        'settled_before': settled_before,
        'masks_changed': masks_changed,
        'accepted': [wish[3], wish[4]] if wish[3] else none,
        'number': ((last[0][0] if last else 0) + 1) | int,
        'oldest': oldest,
    }) -%}
    {%- if scope.is_whole -%}{{ return(scope) }}{%- endif -%}
    {%- set lookback_from = headroom.rows_of(
        "select " ~ instant_text(day_start(to_day(
            "least(timestamptz '" ~ settled_before ~ "', timestamptz '" ~ last[0][1] ~ "')"
        )))
    )[0][0] -%}
    {%- set slice = headroom.rows_of(
        "select starts_at, ends_at, first_until, second_until from " ~ ref('base_flotilla__scrub_next')
    )[0] -%}
    {%- do scope.ranges.extend([[lookback_from, none], [slice[0], slice[2]], ['-infinity', slice[3]]]) -%}
    {%- do scope.ranges.append(scope.accepted) if scope.accepted -%}
    {%- do scope.ranges.append([wish[5], wish[6]]) if wish[5] -%}
    {%- do scope.update({'scrubbed_from': slice[0], 'scrubbed_until': slice[1]}) -%}
    {{ return(scope) }}
{%- endmacro %}
