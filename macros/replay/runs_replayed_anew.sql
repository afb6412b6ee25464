{% macro runs_replayed_anew(replayed) -%}
    {#- The runs of the model whose donors are no longer those it holds: a donor was loaded late, or
        ended late. The replay itself is always computed from all of history: donors are few. -#}
    {%- set facts = [
        'certain_donor_count', 'possible_donor_count', 'own_donor_count', 'decisive_donor_run_id',
        'decisive_donor_memory_mb', 'estimate_low_mb', 'estimate_high_mb', 'own_estimate_low_mb',
        'own_estimate_high_mb',
    ] -%}
    select coalesce(replayed.run_id, known.run_id) as run_id
    from {{ replayed }} as replayed
    full join (
        select *
        from {{ this }}
        where certain_donor_count + possible_donor_count > 0
    ) as known on replayed.run_id = known.run_id
    where
        {%- for fact in facts %}
            {{ 'or ' if not loop.first }}replayed.{{ fact }} is distinct from known.{{ fact }}
        {%- endfor %}
{%- endmacro %}
