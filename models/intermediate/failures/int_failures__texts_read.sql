{%- set masks = masks() %}
{%- set rules = failure_rules() %}

with

texts as (

    select exit_reason as raw_text from {{ ref('stg_flotilla__runs') }}
    where {{ parts_to_make(reached=landed_anyway()) }}
    union distinct
    select reason as raw_text from {{ ref('stg_failures__pods') }}
    union distinct
    select message as raw_text from {{ ref('stg_failures__pods') }}
    union distinct
    select reason as raw_text from {{ ref('stg_failures__pod_ends') }}
    union distinct
    select message as raw_text from {{ ref('stg_failures__pod_ends') }}
    union distinct
    select reason as raw_text from {{ ref('stg_failures__jobs') }}
    union distinct
    select failure_type as raw_text from {{ ref('stg_failures__events') }}
    union distinct
    select phase as raw_text from {{ ref('stg_failures__events') }}
    union distinct
    select error_message as raw_text from {{ ref('stg_failures__events') }}

),

keyed as (

    select
        raw_text,
        md5(raw_text) as text_md5
    from texts
    where raw_text <> ''

),

-- A text that was read once is read for good: the same rules would say the same of it.
unread as (

    select keyed.*
    from keyed
    {%- if is_incremental() %}
        left join {{ this }} as known on keyed.text_md5 = known.text_md5
        where known.text_md5 is null
    {%- endif %}

),

without_secrets as (

    select
        text_md5,
        {{ apply_masks('raw_text', masks, 'secret') }} as shown_text
    from unread

),

masked as (

    select
        text_md5,
        shown_text,
        {{ apply_masks('shown_text', masks, 'parameter') }} as error_template
    from without_secrets

)

select
    text_md5,
    shown_text,
    error_template,
    md5(error_template) as template_id,
    {{ first_failure_rule('text', 'shown_text', rules) }} as rule_order
from masked
