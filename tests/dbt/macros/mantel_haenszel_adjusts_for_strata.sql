-- mantel_haenszel finds no effect where each stratum has one rate, however unequal the strata are.
with

cells as (

    select * from (values
        ('hot', 'bad image', 90, 45),
        ('cold', 'bad image', 10, 5),
        ('hot', 'good image', 10, 1),
        ('cold', 'good image', 90, 9)
    ) as cells (subject, stratum, n, f)

),

computed as ({{ mantel_haenszel('cells') }})

select *
from computed
where abs(odds_ratio - 1) > 0.000000001 or odds_ratio_low > 1 or odds_ratio_high < 1
