{% macro mask_secrets(text) -%}
    {#- What people may see of a command: the masks of secrets in the seed, in their order. The seed is
        read by the query itself, one step a round: analyses are compiled without a connection. That
        compiles each pattern again for each row, so this is for few rows; apply_masks is for many. -#}
    (
        with recursive numbered as (

            select
                *,
                row_number() over (partition by step order by mask_order) as place,
                length(placeholder) - length(replace(placeholder, '\', '')) as group_count
            from {{ ref('masks') }}
            where kind in ('keep', 'secret')

        ),

        -- The masks of one step are one pattern, as in mask_steps.
        masks as (

            select
                row_number() over (order by step) as step,
                string_agg(pattern, '|' order by place) as pattern,
                string_agg('\' || cast((place - 1) * group_count + 1 as text), '' order by place)
                || case when max(kind) = 'keep' then '{{ kept_sign() }}' else '***' end
                || string_agg(
                    case when group_count > 1 then '\' || cast(place * group_count as text) else '' end,
                    '' order by place
                ) as placeholder,
                max(flags) as flags
            from numbered
            group by numbered.step

        ),

        steps as (

            select
                0 as step,
                {{ text }} as shown
            union all
            select
                cast(steps.step + 1 as integer) as step,
                {{ apply_mask('steps.shown', 'masks.pattern', 'masks.placeholder', 'masks.flags') }} as shown
            from steps
            inner join masks on steps.step + 1 = masks.step

        )

        select replace(steps.shown, '{{ kept_sign() }}', '')
        from steps
        order by steps.step desc
        limit 1
    )
{%- endmacro %}
