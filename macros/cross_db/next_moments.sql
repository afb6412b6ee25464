{% macro next_moments(lookups, moments) -%}
    {#- Each row of `lookups` (with `lookup_key` and `lookup_from`) and, as `next_at`, the first `moment` of the
        same key in `moments` that is not before it; NULL where none follows. DuckDB merges two sorted
        lists; PostgreSQL sorts both as one, backwards: a frame that begins at its row would be computed
        again for each. -#}
    {{ adapter.dispatch('next_moments', 'headroom')(lookups, moments) }}
{%- endmacro %}

{% macro default__next_moments(lookups, moments) -%}
    select
        lookups.*,
        followed.next_at
    from {{ lookups }} as lookups
    left join (
        select distinct
            lookup_key,
            lookup_from,
            next_at
        from (
            select
                lookup_key,
                lookup_from,
                is_lookup,
                min(case when not is_lookup then lookup_from end) over (
                    partition by lookup_key order by lookup_from desc, is_lookup asc
                    rows between unbounded preceding and current row
                ) as next_at
            from (
                select lookup_key, lookup_from, true as is_lookup from {{ lookups }}
                union all
                select lookup_key, moment as lookup_from, false as is_lookup from {{ moments }}
            ) as both_kinds
        ) as looked_up
        where is_lookup
    ) as followed
        on lookups.lookup_key = followed.lookup_key and lookups.lookup_from = followed.lookup_from
{%- endmacro %}

{% macro duckdb__next_moments(lookups, moments) -%}
    select
        lookups.*,
        moments.moment as next_at
    from {{ lookups }} as lookups
    asof left join {{ moments }} as moments
        on lookups.lookup_key = moments.lookup_key and lookups.lookup_from <= moments.moment
{%- endmacro %}
