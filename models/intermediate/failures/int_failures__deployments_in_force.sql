select
    change,
    deployed_at_utc,
    lead(deployed_at_utc) over (
        order by deployed_at_utc, {{ text_key('change') }}
    ) as replaced_at
from {{ ref('deployments') }}
where environment = '{{ var("environment") }}' and deployed_at_utc is not null
