select
    {{ to_day('deployed_at_utc') }} as deployed_day,
    min({{ local_time('deployed_at_utc') }}) as deployed_at,
    string_agg(change, ', ' order by deployed_at_utc, change) as deployed
from {{ ref('deployments') }}
where environment = '{{ var("environment") }}' and deployed_at_utc < {{ as_of_end() }}
group by {{ to_day('deployed_at_utc') }}
