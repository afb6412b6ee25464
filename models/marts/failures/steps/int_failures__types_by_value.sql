with

counted as (

    select
        dimension,
        value,
        failure_type,
        count(*) as failure_count
    from {{ ref('int_failures__failure_values') }}
    where is_current
    group by dimension, value, failure_type

)

select
    dimension,
    value,
    string_agg(
        failure_type || ' ' || failure_count, ', '
        order by failure_count desc, {{ text_key('failure_type') }}
    ) as failure_types
from counted
group by dimension, value
