{% macro mantel_haenszel(cells) -%}
    {#- A select with a row for each subject: the odds of failing with it over the odds without it, added up
        over strata (Mantel and Haenszel 1959), with the 95% interval of Robins, Breslow and
        Greenland (1986). NULL where no stratum holds both sides, or all failed, or none. `cells`
        has subject, stratum, n attempts and f failures. -#}
    {%- set z = 1.959963984540054 -%}
    select
        subject,
        odds_ratio,
        odds_ratio * exp(-{{ z }} * spread) as odds_ratio_low,
        odds_ratio * exp({{ z }} * spread) as odds_ratio_high,
        strata
    from (
        select
            subject,
            r / nullif(s, 0) as odds_ratio,
            case
                when r > 0 and s > 0
                    then sqrt(p_r / (2 * r * r) + p_s_q_r / (2 * r * s) + q_s / (2 * s * s))
            end as spread,
            strata
        from (
            select
                subject,
                {{ exact_sum('r') }} as r,
                {{ exact_sum('s') }} as s,
                {{ exact_sum('p * r') }} as p_r,
                {{ exact_sum('p * s + q * r') }} as p_s_q_r,
                {{ exact_sum('q * s') }} as q_s,
                count(*) as strata
            from (
                select
                    subject,
                    f * (rest_n - rest_f) / (n + rest_n) as r,
                    (n - f) * rest_f / (n + rest_n) as s,
                    (f + rest_n - rest_f) / (n + rest_n) as p,
                    (n - f + rest_f) / (n + rest_n) as q
                from (
                    select
                        subject,
                        cast(sum(n) as double precision) as n,
                        cast(sum(f) as double precision) as f,
                        cast(sum(sum(n)) over (partition by stratum) - sum(n) as double precision) as rest_n,
                        cast(sum(sum(f)) over (partition by stratum) - sum(f) as double precision) as rest_f
                    from {{ cells }}
                    group by subject, stratum
                ) as counted
                where rest_n > 0
            ) as terms
            group by subject
        ) as totals
    ) as summed
{%- endmacro %}
