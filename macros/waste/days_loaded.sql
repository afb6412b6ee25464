{% macro days_loaded() -%}
    {#- A query: the days that hold, or held, attempts which something that was loaded can change. -#}
    select cast(submitted_day as text) as part from {{ this }} where loaded_attempt_count > 0
    union
    select cast(submitted_day as text) as part from {{ ref('attempts__attempts') }} where is_landed
{%- endmacro %}
