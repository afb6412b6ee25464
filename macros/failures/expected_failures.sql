{% macro expected_failures(cells) -%}
    {#- A select with a row for each subject: how many failures its attempts would have had elsewhere, and
        the variance of that number. The subject's own attempts are left out at every level. The rate
        of a cell (project, other, hour) leans on that of its group (project, other), this on the
        project's, this on that of all, by so many attempts as the thresholds say: a cell that runs
        nowhere else has the rate of its group, and so on. Attempts that lean on one rate are wrong
        together, so their numbers are squared as a sum. `cells` has, once each, subject, project, other
        and started_hour, with n attempts and f failures; texts are not NULL. -#}
    {%- set keys = ['subject', 'project', 'other', 'started_hour'] -%}
    {%- set priors = {
        'hour': threshold('failure_prior_attempts_hour'),
        'group': threshold('failure_prior_attempts_group'),
        'project': threshold('failure_prior_attempts_group'),
    } -%}
    with

    {# What a subject had, and what all others had, from the finest level to the coarsest. Totals are
       joined: a window would sort every cell. -#}
    {%- for level, below in (('hour', none), ('group', 'own_hour'), ('project', 'own_group'), ('all', 'own_project')) %}
        {%- set own = keys[:4 - loop.index0] %}
        {%- set peers = own[1:] %}
        own_{{ level }} as (

            {%- if below %}
                select
                    {{ own | join(', ') }},
                    cast(sum(n) as bigint) as n,
                    cast(sum(f) as bigint) as f
                from {{ below }}
                group by {{ own | join(', ') }}
            {%- else %}
                select * from {{ cells }}
            {%- endif %}

        ),

        peers_{{ level }} as (

            select
                {%- for key in peers %}
                    {{ key }},
                {%- endfor %}
                cast(sum(n) as bigint) as n,
                cast(sum(f) as bigint) as f
            from own_{{ level }}
            {{ 'group by ' ~ peers | join(', ') if peers }}

        ),

        at_{{ level }} as (

            select
                {%- for key in own %}
                    own.{{ key }},
                {%- endfor %}
                own.n,
                cast(peers.n - own.n as double precision) as rest_n,
                cast(peers.f - own.f as double precision) as rest_f
            from own_{{ level }} as own
            {{ 'inner' if peers else 'cross' }} join peers_{{ level }} as peers
            {%- for key in peers %}
                {{ 'on' if loop.first else 'and' }} own.{{ key }} = peers.{{ key }}
            {%- endfor %}

        ),
    {%- endfor %}

    {# The rate elsewhere, from the coarsest level to the finest. -#}
    rated_all as (

        select
            subject,
            n,
            (rest_f + 0.5) / (rest_n + 1) as rate,
            rest_n + 2 as certainty
        from at_all

    ),

    {%- for level, above in (('project', 'all'), ('group', 'project'), ('hour', 'group')) %}
        {%- set own = keys[:loop.index + 1] %}
        rated_{{ level }} as (

            select
                {%- for key in own %}
                    here.{{ key }},
                {%- endfor %}
                here.n,
                here.rest_n,
                priors.prior / (here.rest_n + priors.prior) as leaning,
                (here.rest_f + priors.prior * above.rate) / (here.rest_n + priors.prior) as rate,
                here.rest_n + priors.prior + 1 as certainty
            from at_{{ level }} as here
            inner join rated_{{ above }} as above
                on
                    {%- for key in own[:-1] %}
                        {{ 'and ' if not loop.first }}here.{{ key }} = above.{{ key }}
                    {%- endfor %}
            cross join (select cast({{ priors[level] }} as double precision) as prior) as priors

        ),
    {%- endfor %}

    {# The sum of expectations with its variance, from the finest level to the coarsest. -#}
    summed_hour as (

        select
            subject,
            project,
            other,
            {{ exact_sum('n * rate') }} as expected,
            {{ exact_sum('n * n * rate * (1 - rate) / certainty') }} as variance,
            {{ exact_sum('n * leaning') }} as leaned,
            sum(case when rest_n > 0 then n else 0 end) as compared_hour,
            sum(case when rest_n > 0 then n else 0 end) as compared
        from rated_hour
        group by subject, project, other

    ),

    {%- for level, below in (('group', 'hour'), ('project', 'group')) %}
        {%- set own = keys[:3 - loop.index0] %}
        summed_{{ level }} as (

            select
                {%- for key in own[:-1] %}
                    rated.{{ key }},
                {%- endfor %}
                {{ exact_sum('below.expected') }} as expected,
                {{ exact_sum(
                    'below.variance'
                    ~ ' + below.leaned * below.leaned * rated.rate * (1 - rated.rate) / rated.certainty'
                ) }} as variance,
                {{ exact_sum('below.leaned * rated.leaning') }} as leaned,
                sum(below.compared_hour) as compared_hour,
                {%- if level == 'project' %}
                    sum(below.compared_group) as compared_group,
                {%- endif %}
                sum(case when rated.rest_n > 0 then rated.n - below.compared else 0 end) as compared_{{ level }},
                sum(case when rated.rest_n > 0 then rated.n else below.compared end) as compared
            from summed_{{ below }} as below
            inner join rated_{{ level }} as rated
                on
                    {%- for key in own %}
                        {{ 'and ' if not loop.first }}below.{{ key }} = rated.{{ key }}
                    {%- endfor %}
            group by
                {%- for key in own[:-1] %}
                    rated.{{ key }}{{ ',' if not loop.last }}
                {%- endfor %}

        ){{ ',' if not loop.last }}
    {%- endfor %}

    select
        rated.subject,
        summed.expected,
        summed.variance + summed.leaned * summed.leaned * rated.rate * (1 - rated.rate) / rated.certainty
            as variance,
        cast(summed.compared_hour as bigint) as compared_hour,
        cast(summed.compared_group as bigint) as compared_group,
        cast(summed.compared_project as bigint) as compared_project,
        cast(rated.n - summed.compared as bigint) as compared_all
    from summed_project as summed
    inner join rated_all as rated
        on summed.subject = rated.subject
{%- endmacro %}
