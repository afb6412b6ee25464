select
    alert_key,
    opened_at,
    change,
    channel,
    due_at,
    attempts,
    sent_at,
    last_problem
from {{ source('operations', 'alert_messages') }}
