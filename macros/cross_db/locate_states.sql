{% macro locate_states(lookups, states) -%}
    {#- The numbers of the states in force at `lookup_from` and at `lookup_to` of each row: 0 before the
        first. DuckDB merges two sorted lists, PostgreSQL looks each moment up in the index of the
        table (a CTE would hide it): a key of a million runs and thousands of states costs no product
        of both. -#}
    {{ adapter.dispatch('locate_states', 'headroom')(lookups, states) }}
{%- endmacro %}

{% macro default__locate_states(lookups, states) -%}
    select
        lookups.*,
        coalesce((
            select states.state_number
            from {{ states }} as states
            where states.lookup_key = lookups.lookup_key and states.valid_from <= lookups.lookup_from
            order by states.valid_from desc
            limit 1
        ), 0) as first_state,
        coalesce((
            select states.state_number
            from {{ states }} as states
            where states.lookup_key = lookups.lookup_key and states.valid_from <= lookups.lookup_to
            order by states.valid_from desc
            limit 1
        ), 0) as last_state
    from {{ lookups }} as lookups
{%- endmacro %}

{% macro duckdb__locate_states(lookups, states) -%}
    select
        lookups.*,
        coalesce(first_states.state_number, 0) as first_state,
        coalesce(last_states.state_number, 0) as last_state
    from {{ lookups }} as lookups
    asof left join {{ states }} as first_states
        on lookups.lookup_key = first_states.lookup_key and lookups.lookup_from >= first_states.valid_from
    asof left join {{ states }} as last_states
        on lookups.lookup_key = last_states.lookup_key and lookups.lookup_to >= last_states.valid_from
{%- endmacro %}
