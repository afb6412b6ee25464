-- Materialized here, not in the folder: masking is done once for a command, whatever its runs.
{{ config(
    materialized='incremental',
    unique_key='command_md5',
    incremental_strategy='delete+insert',
    on_schema_change='fail',
) }}

with

commands as (

    select commands.*
    from {{ ref('stg_flotilla__commands') }} as commands
    {% if is_incremental() %}
        left join {{ this }} as known on commands.command_md5 = known.command_md5
        where known.command_md5 is null
    {% endif %}

),

masked as (

    select
        command_md5,
        command,
        {{ apply_masks('command', masks(), 'parameter') }} as masked_command
    from commands

),

words as (

    select
        masked.command_md5,
        words.place,
        words.shown_word,
        words.masked_word,
        lag(words.masked_word) over (
            partition by masked.command_md5 order by words.place
        ) as word_before
    from masked
    -- noqa: disable=ST05
    cross join lateral {{ split_in_step('masked.command', 'masked.masked_command') }} as words
    -- noqa: enable=ST05
    where masked.command <> masked.masked_command

),

-- A word that a mask changed is a parameter; an option before it is its name.
extracted as (

    select
        command_md5,
        count(*) as parameter_count,
        string_agg(
            case
                when word_before like '-%' and word_before not like '%=%' then word_before || '='
                else ''
            end || shown_word,
            ' ' order by place
        ) as parameters
    from words
    where shown_word <> masked_word
    group by command_md5

)

select
    masked.command_md5,
    md5(masked.masked_command) as fingerprint,
    masked.masked_command,
    extracted.parameters,
    coalesce(extracted.parameter_count, 0) as parameter_count
from masked
left join extracted on masked.command_md5 = extracted.command_md5
