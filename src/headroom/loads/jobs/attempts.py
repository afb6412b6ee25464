"""From texts of a form to rows of `landed_jobs`: typed, and each with what is wrong with it."""

from headroom.loads.jobs.forms import NEEDED, Form, Header, literal
from headroom.loads.jobs.rows import Layout
from headroom.loads.jobs.values import OVERFLOW_MB

MOMENTS = ("submitted_at", "started_at", "ended_at")
DURATIONS = ("whole_duration", "run_duration")
# What is kept as it is, and told.
DOUBTS = {
    "the peak is above the request": "peak_mb > requested_mb",
    "the request is a number that overflowed": "has_memory_overflow",
    "the request is for each CPU, and how many CPUs is not known": "is_request_open",
    "it ends before it starts": "ended_at < started_at",
}


def attempts_of(form: Form, layout: Layout, source: str, zone: str) -> str:
    """Give a query of `lines`: the landed columns, `problem`, `skipped`, `line_number`.

    Of an attempt that ended, a start or an end that is not told is computed from its durations.
    """
    header = Header(layout.named)
    texts = form.select(header)
    moments = ", ".join(f"moment({name}_text, {literal(zone)}) as {name}_told" for name in MOMENTS)
    believed = ", ".join(f"believed({name}_told) as {name}_read" for name in MOMENTS)
    durations = ", ".join(f"duration_us({name}_text) as {name}_us" for name in DURATIONS)
    ended = "coalesce(ended_at_read, submitted_at_read + to_microseconds(whole_duration_us))"
    return f"""
        with texts as ({texts}),
        read as (
            select
                *,
                -- Slurm says who cancelled it.
                split_part(lower(state_text), ' by ', 1) as word,
                {moments},
                {durations},
                {form.size(header, "requested_text")} as request_mb,
                {form.size(header, "peak_text")} as peak_read_mb,
                try_cast(exit_code_text as integer) as exit_code
            from texts
        ),
        believed as (select *, {believed} from read),
        judged as (
            select
                *,
                coalesce(request_mb >= {OVERFLOW_MB}, false) as has_memory_overflow,
                coalesce(request_times_text = '?', false) as is_request_open,
                {ended} as ended_known
            from believed
            left join states using (word)
        ),
        typed as (
            select
                md5(concat_ws(chr(31), {literal(source)}, job_id_text, part_id_text)) as job_key,
                {literal(source)} as source,
                job_id_text as job_id,
                job_name_text as job_name,
                group_name_text as group_name,
                project_text as project,
                user_name_text as user_name,
                queue_name_text as queue_name,
                node_name_text as node_name,
                image_text as image,
                state_text as state,
                is_over,
                has_failed,
                coalesce(
                    reason_text,
                    meant_reason,
                    case when has_failed and exit_code is null then 'Failed' end
                ) as reason,
                exit_code,
                submitted_at_read as submitted_at,
                coalesce(
                    started_at_read,
                    case when is_over then ended_known - to_microseconds(run_duration_us) end
                ) as started_at,
                case when is_over then ended_known end as ended_at,
                case
                    when request_mb > 0 and not has_memory_overflow and not is_request_open
                        then times(
                            request_mb, coalesce(try_cast(request_times_text as decimal(9, 0)), 1)
                        )
                end as requested_mb,
                case when peak_read_mb > 0 and peak_read_mb < {OVERFLOW_MB} then peak_read_mb end
                    as peak_mb,
                has_memory_overflow,
                is_request_open,
                try_cast(try_cast(cpus_text as decimal(9, 3)) * 1000 as bigint) as cpu_millicores,
                try_cast(gpus_text as integer) as gpu_count,
                covariates,
                skipped_text as skipped,
                case {_problems()} end as problem,
                line_number
            from judged
        )
        select * from typed
    """


def _problems() -> str:
    """Give the cases of what is wrong with a line, as SQL; the first one counts."""
    cases = [(f"{name}_text is null", f"it has no {_shown(name)}") for name in NEEDED]
    cases += [
        (f"{name}_text is not null and {name}_read is null", f"{name} is not a time")
        for name in MOMENTS
    ]
    cases += [
        (f"{name}_text is not null and {name}_us is null", f"{name} is not a duration")
        for name in DURATIONS
    ]
    cases += [
        ("requested_text is not null and request_mb is null", "the request is not an amount"),
        ("peak_text is not null and peak_read_mb is null", "the peak is not an amount"),
        ("exit_code_text is not null and exit_code is null", "the exit code is not a number"),
        ("is_over is null", "the outcome is not a known word"),
    ]
    written = " ".join(f"when {condition} then {literal(what)}" for condition, what in cases)
    return f"when skipped_text is not null then null else coalesce(fault_text, case {written} end)"


def _shown(name: str) -> str:
    return {"submitted_at": "moment of submission", "state": "outcome"}[name]
