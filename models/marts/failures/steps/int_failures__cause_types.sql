with

by_type as (

    select
        kind,
        subject,
        window_index,
        failure_type,
        cast(count(*) as bigint) as type_count
    from {{ ref('int_failures__causes_held') }}
    where window_index <= 1
    group by kind, subject, window_index, failure_type

)

select
    kind,
    subject,
    window_index,
    string_agg(
        failure_type || ' ' || type_count, ', '
        order by type_count desc, {{ text_key('failure_type') }}
    ) as failure_types
from by_type
group by kind, subject, window_index
