{% macro lateness(share, moment) -%}
    {#- Within how many seconds after they were queued a share of runs had reached a moment: of those that
        this pull saw end, or of the new ones. -#}
    {%- set differences = "'new'" if moment == 'current_timestamp' else "'new', 'changed'" -%}
    percentile_disc({{ share }}) within group (
        order by
            case
                when difference in ({{ differences }}) and queued_at is not null
                    then {{ microseconds_between('queued_at', moment) }}
            end
    ) {{ whole_division_operator() }} 1000000
{%- endmacro %}
