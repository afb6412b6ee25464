{% macro pod_event_lines(events) -%}
    {#- Events of a pod, a JSON array of objects, as lines `reason: message`. What is not an array, or an
        event that is not an object, says nothing. -#}
    {{ return(adapter.dispatch('pod_event_lines', 'headroom')(events)) }}
{%- endmacro %}

{% macro default__pod_event_lines(events) -%}
    (
        select string_agg(
            coalesce(event ->> 'reason', '') || ': ' || coalesce(event ->> 'message', ''),
            chr(10) order by place
        )
        from jsonb_array_elements(
            case when jsonb_typeof(cast({{ events }} as jsonb)) = 'array' then cast({{ events }} as jsonb) end
        ) with ordinality as listed (event, place)
    )
{%- endmacro %}

{% macro duckdb__pod_event_lines(events) -%}
    case
        when {{ events }} is not null and json_type({{ events }}) = 'ARRAY' and json_array_length({{ events }}) > 0
            then array_to_string(
                list_transform(
                    cast({{ events }} as json[]),
                    lambda event: coalesce(event ->> 'reason', '') || ': ' || coalesce(event ->> 'message', '')
                ),
                chr(10)
            )
    end
{%- endmacro %}
