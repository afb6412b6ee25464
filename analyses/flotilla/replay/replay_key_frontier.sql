-- What each candidate for the key would have meant, over all of history: the var `as_of` cuts
-- nothing here.
select
    key_candidate,
    is_migration_option,
    run_count,
    key_count,
    coverage,
    heterogeneity,
    contamination_share,
    cold_start_oom_count,
    cold_start_gb_hours
from {{ ref('flotilla__hash_key_frontier') }}
order by
    is_migration_option,
    case key_candidate
        when 'stored_hash' then 1
        when 'description' then 2
        when 'definition' then 3
        when 'fingerprint' then 4
        when 'command' then 5
        when 'clean_break' then 6
        when 'dual_hash' then 7
        when 'per_definition' then 8
    end
