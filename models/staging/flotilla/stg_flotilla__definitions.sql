with

source as (

    select * from {{ ref('base_flotilla__task_def') }}

),

renamed as (

    select
        cast(definition_id as text) as definition_id,
        cast(alias as text) as definition_alias,
        cast(image as text) as image,
        cast(group_name as text) as group_name,
        cast(memory as integer) as baseline_memory_mb,
        cast(cpu as integer) as cpu_millicores,
        cast(gpu as integer) as gpu_count,
        coalesce(adaptive_resource_allocation, false) as is_ara_enabled
    from source

)

select * from renamed
