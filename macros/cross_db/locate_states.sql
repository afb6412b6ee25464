{% macro locate_states(lookups, states) -%}
    {#- When the states in force at `lookup_from` and at `lookup_to` of each row began: the epoch before the
        first. DuckDB merges two sorted lists, PostgreSQL looks each moment up in the index of the
        table (a CTE would hide it): a key of a million runs and thousands of states costs no product
        of both. -#}
    {{ adapter.dispatch('locate_states', 'headroom')(lookups, states) }}
{%- endmacro %}

{% macro default__locate_states(lookups, states) -%}
    select
        lookups.*,
        coalesce((
            select states.valid_from
            from {{ states }} as states
            where states.lookup_key = lookups.lookup_key and states.valid_from <= lookups.lookup_from
            order by states.valid_from desc
            limit 1
        ), timestamptz '1970-01-01T00:00:00Z') as first_state_at,
        coalesce((
            select states.valid_from
            from {{ states }} as states
            where states.lookup_key = lookups.lookup_key and states.valid_from <= lookups.lookup_to
            order by states.valid_from desc
            limit 1
        ), timestamptz '1970-01-01T00:00:00Z') as last_state_at
    from {{ lookups }} as lookups
{%- endmacro %}

{% macro duckdb__locate_states(lookups, states) -%}
    select
        lookups.*,
        coalesce(first_states.valid_from, timestamptz '1970-01-01T00:00:00Z') as first_state_at,
        coalesce(last_states.valid_from, timestamptz '1970-01-01T00:00:00Z') as last_state_at
    from {{ lookups }} as lookups
    asof left join {{ states }} as first_states
        on lookups.lookup_key = first_states.lookup_key and lookups.lookup_from >= first_states.valid_from
    asof left join {{ states }} as last_states
        on lookups.lookup_key = last_states.lookup_key and lookups.lookup_to >= last_states.valid_from
{%- endmacro %}
