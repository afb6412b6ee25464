select
    alert_key,
    trouble_kind,
    subject,
    severity,
    evidence,
    remedy,
    opened_at,
    last_seen_at,
    resolved_at
from {{ source('operations', 'alerts') }}
