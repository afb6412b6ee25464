-- Each mask alone, applied to its example, gives what the seed expects: on every engine, so that a
-- pattern that one of them reads differently fails there and is named.
with

applied as (

    select
        mask_name,
        pattern,
        example,
        expected_masked,
        {{ apply_mask('example', 'pattern', 'placeholder', 'flags') }} as computed
    from {{ ref('masks') }}

)

select *
from applied
where computed is distinct from expected_masked or computed = example
