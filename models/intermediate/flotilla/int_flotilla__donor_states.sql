with

donors as (

    select * from {{ ref('int_flotilla__oom_donors') }}

)

-- Donors that appear or leave at the same moment make equal rows: a lookup takes one of them.
select
    lookup_key,
    readable_from as valid_from
from donors
union all
select
    lookup_key,
    readable_to as valid_from
from donors
