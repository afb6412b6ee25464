with

leaving as (

    select
        dimension,
        value,
        seconds,
        count(*) as leaving_count,
        count(case when not is_open then 1 end) as recovered_count
    from {{ ref('int_failures__episodes_by_value') }}
    group by dimension, value, seconds

),

at_risk as (

    select
        *,
        sum(leaving_count) over (
            partition by dimension, value order by seconds desc
        ) as risk_count
    from leaving

),

-- Kaplan and Meier: an open episode counts for as long as it was seen open. The product is a sum of
-- logarithms; what is half only up to rounding is half.
open_shares as (

    select
        dimension,
        value,
        seconds,
        sum(ln(greatest(
            1e-30, 1 - cast(recovered_count as double precision) / risk_count
        ))) over (partition by dimension, value order by seconds) as log_share
    from at_risk

)

select
    dimension,
    value,
    min(seconds) as median_seconds
from open_shares
where log_share <= ln(0.5e0) + 1e-9
group by dimension, value
