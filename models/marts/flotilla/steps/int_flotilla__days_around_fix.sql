with

moments as (

    select
        {{ deployed_at('command_hash_fix', 'merged_at_utc') }} as merged_at,
        {{ deployed_at('command_hash_fix', 'deployed_at_utc') }} as deployed_at,
        {{ deployed_at('command_hash_fix') }} as fully_deployed_at

)

select
    {{ to_day('least(merged_at, deployed_at)') }} - 1 as before_day,
    {{ to_day("(fully_deployed_at - interval '1 microsecond')") }} + 1 as after_day,
    deployed_at
from moments
