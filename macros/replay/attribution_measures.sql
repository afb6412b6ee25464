{% macro attribution_measures() -%}
    {#- Additive measures of attribution over rows of flotilla__runs: each column with its aggregate. -#}
    {%- set by_ara = "attribution in ('ara_capped', 'ara_exact', 'ara_in_interval')" -%}
    {%- set measures = {
        'elevated_ara_run_count': 'count(*) filter (where is_elevated and ' ~ by_ara ~ ')',
        'elevated_run_request_count': "count(*) filter (where is_elevated and attribution = 'run_request')",
    } -%}
    {%- for attribution in [
        'not_eligible', 'gpu_request', 'ara_capped', 'ara_exact', 'ara_in_interval', 'ara_mismatch', 'floor',
        'default', 'run_request',
    ] -%}
        {%- do measures.update({
            attribution ~ '_count': "count(*) filter (where attribution = '" ~ attribution ~ "')"
        }) -%}
    {%- endfor -%}
    {%- do measures.update({
        'contaminated_run_count': 'count(*) filter (where is_contaminated)',
        'contaminated_gb_hours': 'cast(coalesce(sum(contaminated_gb_hours), 0) as decimal(18, 6))',
    }) -%}
    {{ return(measures) }}
{%- endmacro %}
