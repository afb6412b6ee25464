with

prices as (

    select * from {{ ref('int_waste__prices_in_force') }}

),

classed as (

    select
        *,
        case
            when node_lifecycle in (select prices.price_class from prices) then node_lifecycle
            else 'unknown'
        end as price_class
    from {{ ref('int_waste__attempts_split') }}

)

select
    classed.*,
    prices.currency,
    prices.price_per_gb_hour,
    prices.is_example as is_price_example
from classed
left join prices
    on
        classed.price_class = prices.price_class
        and classed.submitted_day >= prices.valid_from
        and coalesce(classed.submitted_day < prices.valid_until, true)
