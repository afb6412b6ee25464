-- mask_secrets hides the value of an option that names a secret and the password in a URL.
with

cases as (

    select * from (values
        ('run --password hunter2 --as_of 1', 'run --password *** --as_of 1'),
        ('run --db-password=hunter2 x', 'run --db-password=*** x'),
        ('API_KEY=abc DB_TOKEN: def go', 'API_KEY=*** DB_TOKEN: *** go'),
        ('psql postgres://me:hunter2@db/x', 'psql postgres://me:***@db/x'),
        ('python3 calibrate.py --as_of 20251121', 'python3 calibrate.py --as_of 20251121')
    ) as cases (command, expected)

),

masked as (

    select
        *,
        {{ mask_secrets('command') }} as computed
    from cases

)

select *
from masked
where computed is distinct from expected
