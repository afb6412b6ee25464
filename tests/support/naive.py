"""The lookup as the documents write it: one query a recipient, over raw rows.

Added to the documents' form: engine eks, finished before the lookup, the version's NULL rule, and
that GPU runs are left alone. The lookup is taken at `queued_at`.
"""

_RECIPIENT = """
    select task.*, policies.window_days, policies.donor_limit, policies.null_hash_rule,
        coalesce(task.gpu, 0) > 0 or (
            policies.gpu_rule = 'run.gpu or definition.gpu'
            and exists (
                select 1 from flotilla.task_def as definition
                where definition.definition_id = task.definition_id and definition.gpu > 0
            )
        ) as has_gpu
    from flotilla.task as task
    inner join headroom_reference.ara_policy_versions as policies
        on policies.environment = 'production'
        and task.queued_at >= policies.valid_from_utc
        and (policies.valid_to_utc is null or task.queued_at < policies.valid_to_utc)
    where task.run_id = '{run_id}'
"""
_ANY = ""
_OWN = "and coalesce(donor.command, '') = coalesce(recipient.command, '')"


def naive_lookup(run_id: str, *, own: bool = False) -> str:
    """Give the query: how many donors there are, and the percentile of those that were read.

    `own` leaves only donors with the recipient's command.
    """
    return f"""
        with recipient as ({_RECIPIENT.format(run_id=run_id)}),
        donors as (
            select donor.memory
            from flotilla.task as donor, recipient
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
            {_OWN if own else _ANY}
        ),
        read as (select memory from donors limit (select donor_limit from recipient))
        select
            (select count(*) from donors),
            (select percentile_disc(0.99) within group (order by memory) from read)
    """
