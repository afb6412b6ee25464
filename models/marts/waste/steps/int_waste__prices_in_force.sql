select
    node_lifecycle as price_class,
    valid_from,
    lead(valid_from) over (partition by node_lifecycle order by valid_from) as valid_until,
    price_per_gb_hour,
    currency,
    is_example
from {{ ref('memory_prices') }}
