-- What a history says has failed, where the attempt's own record does not.
select distinct attempt_id
from {{ ref('int_failures__events_matched') }}
where not has_attempt_failed
