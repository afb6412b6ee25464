-- Both marts and the recommendations read it: judged once.
select * from {{ ref('int_failures__subjects_judged') }}
