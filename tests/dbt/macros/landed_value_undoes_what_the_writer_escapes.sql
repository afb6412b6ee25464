-- landed_value makes NULL of empty cells and of the word null, and undoes the escapes of text.
with

cases (cell, expected) as (

    values
    ('', cast(null as text)),
    (' NULL ', cast(null as text)),
    (cast(null as text), cast(null as text)),
    ('\', ''),
    ('\null', 'null'),
    ('\a~rb~t', 'a' || chr(13) || 'b~'),
    ('\~tr', '~r'),
    ('\\x', '\x'),
    (' plain ~r', ' plain ~r')

),

computed as (

    select
        *,
        {{ landed_value('cell', 'text') }} as computed
    from cases

)

select *
from computed
where computed is distinct from expected
