{% macro mask_secrets(text) -%}
    {#- What people may see of a command: the secret masks of the seed, in their order. The seed is
        read by the query itself, one mask a step: analyses are compiled without a connection. That
        compiles each pattern anew for each row, so this is for few rows; apply_masks is for many. -#}
    (
        with recursive steps as (

            select
                0 as step,
                {{ text }} as shown
            union all
            select
                cast(steps.step + 1 as integer) as step,
                {{ apply_mask('steps.shown', 'masks.pattern', 'masks.placeholder', 'masks.flags') }} as shown
            from steps
            inner join (
                select
                    *,
                    row_number() over (order by mask_order) as place
                from {{ ref('masks') }}
                where kind = 'secret'
            ) as masks on steps.step + 1 = masks.place

        )

        select steps.shown
        from steps
        order by steps.step desc
        limit 1
    )
{%- endmacro %}
