-- The types of failure that a rule is known for.
select distinct failure_type
from {{ ref('failure_remediation_rules') }}
order by failure_type
