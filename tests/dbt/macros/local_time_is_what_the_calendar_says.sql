-- local_time takes a short way for UTC: it has to agree with the calendar, at infinity and before 1970 too.
with

instants as (

    select cast(instant as timestamptz) as instant
    from (values
        ('2025-11-24 23:59:59.999999+00'), ('1969-12-31 23:59:59.5+00'), ('2024-02-29 00:00:00+02'),
        ('infinity'), ('-infinity'), (cast(null as text))
    ) as instants (instant)

),

computed as (

    select
        instant,
        {{ local_time('instant') }} as local,
        instant at time zone '{{ var("reporting_timezone") }}' as expected
    from instants

)

select *
from computed
where local is distinct from expected
