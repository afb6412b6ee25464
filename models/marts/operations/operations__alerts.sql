with

messages as (

    select
        alert_key,
        opened_at,
        min(sent_at) as first_sent_at,
        count(*) filter (where sent_at is null) as unsent_count,
        max(last_problem) filter (where sent_at is null) as unsent_because
    from {{ ref('stg_operations__alert_messages') }}
    group by alert_key, opened_at

)

select
    alerts.alert_key,
    alerts.trouble_kind,
    alerts.subject,
    alerts.severity,
    case
        when alerts.resolved_at is not null then 'resolved'
        when alerts.last_seen_at > alerts.opened_at then 'ongoing'
        else 'open'
    end as state,
    alerts.opened_at,
    alerts.last_seen_at,
    alerts.resolved_at,
    alerts.evidence,
    alerts.remedy,
    messages.first_sent_at,
    coalesce(messages.unsent_count, 0) as unsent_count,
    messages.unsent_because
from {{ ref('stg_operations__alerts') }} as alerts
left join messages
    on alerts.alert_key = messages.alert_key and alerts.opened_at = messages.opened_at
