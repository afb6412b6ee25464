-- depends_on: {{ ref('base_flotilla__task_pulled') }}
with

source as (

    select * from {{ source('pulled', 'pulled_definitions') }}

),

renamed as (

    select
        definition_id,
        alias as definition_alias,
        image,
        group_name,
        memory as baseline_memory_mb,
        cpu as cpu_millicores,
        gpu as gpu_count,
        coalesce(adaptive_resource_allocation, false) as is_ara_enabled
    from source

)

select * from renamed
