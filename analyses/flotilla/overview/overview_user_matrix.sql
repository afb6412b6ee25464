-- Whose runs set the memory of whose runs, over the last sixty days: the eight users with the most
-- excess memory on each side, and all others together.
with

-- A donor was queued at most three days before the run that it sized.
runs as (

    select
        run_id,
        coalesce(user_name, 'no user') as user_name
    from {{ ref('flotilla__runs') }}
    where queued_day > {{ as_of_today() }} - 64

),

contaminations as (

    select
        donors.user_name as donor_user,
        recipients.user_name as recipient_user,
        case
            when found.finished_at < {{ as_of_end() }} then found.contaminated_gb_hours
        end as gb_hours
    from {{ ref('flotilla__contaminations') }} as found
    inner join runs as donors on found.donor_run_id = donors.run_id
    inner join runs as recipients on found.recipient_run_id = recipients.run_id
    where found.queued_at < {{ as_of_end() }} and found.queued_day > {{ as_of_today() }} - 60

),

donors as (

    select
        donor_user as user_name,
        row_number() over (
            order by coalesce(sum(gb_hours), 0) desc, count(*) desc, {{ text_key('donor_user') }}
        ) as donor_rank
    from contaminations
    group by donor_user

),

recipients as (

    select
        recipient_user as user_name,
        row_number() over (
            order by
                coalesce(sum(gb_hours), 0) desc, count(*) desc, {{ text_key('recipient_user') }}
        ) as recipient_rank
    from contaminations
    group by recipient_user

),

ranked as (

    select
        contaminations.gb_hours,
        least(donors.donor_rank, 9) as donor_rank,
        least(recipients.recipient_rank, 9) as recipient_rank,
        case when donors.donor_rank <= 8 then donors.user_name else 'all others' end as donor_user,
        case
            when recipients.recipient_rank <= 8 then recipients.user_name else 'all others'
        end as recipient_user
    from contaminations
    inner join donors on contaminations.donor_user = donors.user_name
    inner join recipients on contaminations.recipient_user = recipients.user_name

)

select
    donor_rank,
    donor_user,
    recipient_rank,
    recipient_user,
    count(*) as run_count,
    cast(coalesce(sum(gb_hours), 0) as decimal(18, 6)) as contaminated_gb_hours
from ranked
group by donor_rank, donor_user, recipient_rank, recipient_user
order by donor_rank, recipient_rank
