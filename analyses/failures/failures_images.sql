-- Each image of the window against what ran there, with the messages it fails with most often;
-- the worst first.
with

blamed as (

    select * from {{ ref('int_failures__subjects_judged') }}
    where subject_kind = 'image'

),

messages as (

    select
        image,
        error_template,
        row_number() over (
            partition by image
            order by count(*) desc, {{ text_key('error_template') }}
        ) as place
    from {{ ref('int_failures__failures_in_scope') }}
    where
        failed_at >= (select scope.window_from from {{ ref('int_failures__scope') }} as scope)
        and image is not null
        and error_template is not null
    group by image, error_template

),

worded as (

    select
        image,
        string_agg(error_template, '; ' order by place) as common_messages
    from messages
    where place <= 3
    group by image

)

select
    blamed.subject as image_name,
    worded.common_messages,
    blamed.denominator,
    blamed.failure_count,
    blamed.failed_attempt_count,
    blamed.lone_failure_count,
    blamed.attempt_count,
    blamed.failed_job_count as job_count,
    blamed.failed_user_count as user_count,
    blamed.failure_rate,
    blamed.failure_rate_low,
    blamed.failure_rate_high,
    blamed.expected_failures,
    blamed.failure_ratio,
    blamed.p_value,
    blamed.q_value,
    blamed.odds_ratio,
    blamed.odds_ratio_low,
    blamed.odds_ratio_high,
    blamed.is_tested,
    blamed.is_flagged
from blamed
left join worded on blamed.subject = worded.image
where blamed.failure_count > 0
order by
    blamed.is_flagged desc,
    blamed.q_value nulls last,
    blamed.failure_count desc,
    {{ text_key('blamed.subject') }}
