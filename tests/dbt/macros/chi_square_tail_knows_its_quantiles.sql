-- chi_square_tail of a tabled 95% quantile is 0.05, for odd and even degrees.
with

cases (statistic, degrees) as (

    values
    (3.841459, 1),
    (5.991465, 2),
    (7.814728, 3),
    (18.307038, 10),
    (36.415029, 24)

),

computed as (

    select
        *,
        {{ chi_square_tail('statistic', 'degrees') }} as computed
    from cases

)

select *
from computed
where abs(computed - 0.05) > 0.0000005
