"""The lookup as the documents write it: one query a recipient, over raw rows.

Added to the documents' form: engine eks, finished before the lookup, the version's NULL rule, and
that GPU runs are left alone. The lookup is taken at `queued_at`.
"""

RECIPIENT = """
    select task.*, policies.window_days, policies.donor_limit, policies.percentile,
        policies.null_hash_rule, policies.memory_multiplier, policies.min_memory_mb,
        policies.max_memory_mb,
        coalesce(task.gpu, 0) > 0 or (
            policies.gpu_rule = 'run.gpu or definition.gpu'
            and exists (
                select 1 from {schema}.task_def as definition
                where definition.definition_id = task.definition_id and definition.gpu > 0
            )
        ) as has_gpu
    from {schema}.task as task
    inner join headroom_reference.ara_policy_versions as policies
        on task.queued_at >= policies.valid_from_utc
        and (policies.valid_to_utc is null or task.queued_at < policies.valid_to_utc)
    where task.run_id = '{run_id}'
"""


def naive_lookup(run_id: str, schema: str = "flotilla") -> str:
    """Give the query: how many donors, and the percentile of their memory (all donors read)."""
    recipient = RECIPIENT.format(schema=schema, run_id=run_id)
    return f"""
        with recipient as ({recipient}),
        donors as (
            select donor.memory
            from {schema}.task as donor, recipient
            where recipient.engine = 'eks'
            and not recipient.has_gpu
            and donor.definition_id = recipient.definition_id
            and donor.engine = 'eks'
            and (donor.exit_code = 137 or donor.exit_reason = 'OOMKilled')
            and donor.memory is not null
            and donor.queued_at < recipient.queued_at
            and donor.queued_at >= recipient.queued_at - interval '24 hours' * recipient.window_days
            and donor.finished_at < recipient.queued_at
            and (
                donor.command_hash = recipient.command_hash
                or (
                    recipient.command_hash is null
                    and recipient.null_hash_rule = 'matches every OOM of the definition'
                )
            )
        )
        select count(*), percentile_disc(0.99) within group (order by memory) from donors
    """
