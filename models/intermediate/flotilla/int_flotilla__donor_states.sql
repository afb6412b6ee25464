-- Donors that appear or leave at the same moment make equal rows: a lookup takes one of them.
-- No CTE: PostgreSQL would read all donors for each lookup instead of the indexes of the table.
select
    lookup_key,
    readable_from as valid_from
from {{ ref('int_flotilla__oom_donors') }}
union all
select
    lookup_key,
    readable_to as valid_from
from {{ ref('int_flotilla__oom_donors') }}
