-- Alerts that were open at the moment, the most severe first. One on a node or an image counts the
-- failures of all projects, so it shows only where all may be seen.
select
    trouble_kind,
    subject,
    severity,
    opened_at,
    evidence,
    remedy
from {{ ref('operations__alerts') }}
where
    opened_at < {{ as_of_end() }}
    and (resolved_at is null or resolved_at >= {{ as_of_end() }})
    and (
        trouble_kind not in ('hot_node', 'hot_image')
        or {{ in_failure_scope('cast(null as text)') }}
    )
order by
    case severity when 'critical' then 1 else 2 end,
    opened_at,
    trouble_kind,
    {{ text_key('subject') }}
