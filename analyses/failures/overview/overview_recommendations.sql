-- What to do about failures that go on, and are of high or medium severity; the most severe first.
select
    kind,
    subject,
    severity,
    state,
    evidence,
    suggested_action,
    since_at
from {{ ref('failures__recommendations') }}
where severity in ('high', 'medium') and state <> 'resolved'
order by
    case severity when 'high' then 1 else 2 end,
    severity_score desc,
    kind,
    {{ text_key('subject') }}
