-- Attempts that use one rate share its error, so their numbers are squared as a sum.
select
    rates.project_key,
    {{ exact_sum('hours.expected') }} as expected,
    {{ exact_sum(
        'hours.variance + hours.leaned * hours.leaned * rates.rate * (1 - rates.rate) / rates.certainty'
    ) }} as variance,
    {{ exact_sum('hours.leaned * rates.leaning') }} as leaned,
    sum(hours.compared_hour) as compared_hour,
    sum(case when rates.rest_n > 0 then rates.n - hours.compared_hour else 0 end) as compared_group,
    sum(case when rates.rest_n > 0 then rates.n else hours.compared_hour end) as compared
from {{ ref('int_failures__hours_expected') }} as hours
inner join {{ ref('int_failures__rates_by_group') }} as rates
    on hours.group_key = rates.group_key
group by rates.project_key
