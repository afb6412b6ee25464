select * from {{ ref('int_failures__runs_observed') }}
union all
select * from {{ ref('int_failures__pods_observed') }}
union all
select * from {{ ref('int_failures__pod_ends_observed') }}
