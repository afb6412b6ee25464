-- Each mart, the held ones first: through which build it was made, and what holds it.
select
    mart_name,
    build_id,
    made_at,
    is_held,
    held_since,
    held_because
from {{ ref('operations__marts') }}
order by is_held desc, held_since asc, {{ text_key('mart_name') }}
