with

names as (

    select pod_name from {{ ref('stg_failures__pods') }}
    union all
    select pod_name from {{ ref('stg_failures__events') }}
    union all
    select object_name as pod_name from {{ ref('stg_failures__kubernetes_events') }}
    where object_kind = 'Pod'

)

-- Of all runs, what is loaded can change only these: looked for once, with all that is known.
select runs.*
from {{ ref('int_failures__runs_observed') }} as runs
where runs.pod_name in (select names.pod_name from names)
