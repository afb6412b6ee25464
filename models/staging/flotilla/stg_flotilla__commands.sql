-- depends_on: {{ ref('base_flotilla__task_pulled') }}
select
    command_md5,
    command
from {{ source('pulled', 'pulled_commands') }}
