-- builds__regions_daily counts every build and every sample exactly once.
with

expected as (

    select
        count(*) as build_count,
        coalesce(sum(sample_count), 0) as sample_count
    from {{ ref('builds__builds') }}

),

counted as (

    select
        coalesce(sum(build_count), 0) as build_count,
        coalesce(sum(sample_count), 0) as sample_count
    from {{ ref('builds__regions_daily') }}

)

select
    counted.build_count,
    expected.build_count as expected_build_count,
    counted.sample_count,
    expected.sample_count as expected_sample_count
from counted
cross join expected
where
    counted.build_count <> expected.build_count
    or counted.sample_count <> expected.sample_count
