with

landed as (

    select * from {{ ref('landed_kubernetes_events') }}

),

renamed as (

    select
        event_key,
        source,
        namespace,
        object_kind,
        object_name,
        object_uid,
        event_type,
        reason,
        message,
        event_count,
        first_seen_at,
        last_seen_at,
        node_name
    from landed

)

select * from renamed
