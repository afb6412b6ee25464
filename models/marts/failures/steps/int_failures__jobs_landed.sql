select distinct job_name
from {{ ref('attempts__attempts') }}
where is_landed and job_name is not null
