-- local_time, which is short for UTC, agrees with the calendar, at infinity and before 1970 too.
with

instants (instant) as (

    values
    (timestamptz '2025-11-24 23:59:59.999999+00'),
    (timestamptz '1969-12-31 23:59:59.5+00'),
    (timestamptz '2024-02-29 00:00:00+02'),
    (timestamptz 'infinity'),
    (timestamptz '-infinity'),
    (cast(null as timestamptz))

),

computed as (

    select
        instant,
        {{ local_time('instant') }} as computed,
        instant at time zone '{{ var("reporting_timezone") }}' as expected
    from instants

)

select *
from computed
where computed is distinct from expected
