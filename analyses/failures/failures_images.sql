-- Each image of the window against what ran there, with the messages it fails with most often;
-- the worst first.
with

blamed as (

    {{ blame_in_window('image', 'node_name') }}

),

messages as (

    select
        image,
        error_template,
        row_number() over (
            partition by image
            order by count(*) desc, {{ text_key('error_template') }}
        ) as place
    from ({{ failures_known(true) }}) as failures
    where image is not null and error_template is not null
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
    denominator,
    failure_count,
    failed_attempt_count,
    lone_failure_count,
    attempt_count,
    failed_job_count as job_count,
    failed_user_count as user_count,
    failure_rate,
    failure_rate_low,
    failure_rate_high,
    expected_failures,
    failure_ratio,
    p_value,
    q_value,
    odds_ratio,
    odds_ratio_low,
    odds_ratio_high,
    is_tested,
    is_flagged
from blamed
left join worded on blamed.subject = worded.image
where failure_count > 0
order by is_flagged desc, q_value nulls last, failure_count desc, {{ text_key('subject') }}
