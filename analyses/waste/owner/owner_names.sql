-- Every user, group and project that has attempts.
select owner_name as owned_by from {{ ref('waste__attempts_daily') }}
where owner_name is not null and {{ in_failure_scope('project') }}
union
select group_name as owned_by from {{ ref('waste__attempts_daily') }}
where group_name is not null and {{ in_failure_scope('project') }}
union
select project as owned_by from {{ ref('waste__attempts_daily') }}
where project is not null and {{ in_failure_scope('project') }}
