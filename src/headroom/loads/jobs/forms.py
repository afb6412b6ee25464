"""The forms of jobs: what a header has to name, and how its columns become those of an attempt.

A form gives SQL that selects texts by the names of TEXTS from the lines of a source; `load` reads
them all alike. What a form does not use of a line is its covariates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from headroom.loads.jobs.values import MB_OF_MIB

# What a line says of an attempt, as text. `part_id` tells apart attempts that have one id; `fault`
# is why a line cannot be read, `skipped` why it is not an attempt.
TEXTS = (
    *("job_id", "part_id", "job_name", "group_name", "project", "user_name", "queue_name"),
    *("node_name", "image", "state", "reason", "exit_code", "cpus", "gpus"),
    *("submitted_at", "started_at", "ended_at", "whole_duration", "run_duration"),
    *("requested", "request_times", "peak", "fault", "skipped"),
)
# Texts that every attempt has.
NEEDED = ("submitted_at", "state")
# No header has this name: its fields are parted by the comma.
PLACE = '"place, among equals"'
# What can hold secrets, or is a whole program.
LEFT_OUT = {"env", "script", "submitline", "comment", "admincomment", "systemcomment", "workdir"}


def quoted(name: str) -> str:
    """Write a name of a column in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text in SQL."""
    return "'" + text.replace("'", "''") + "'"


class Header:
    """The names of a header, in whatever case; says which of them were asked for."""

    def __init__(self, columns: Sequence[str]) -> None:
        """Keep the names."""
        self._columns = {name.lower(): name for name in columns}
        self.used: set[str] = set()

    def __contains__(self, name: object) -> bool:
        """Say whether a column is there."""
        return str(name).lower() in self._columns

    def known(self, *names: str) -> str:
        """Give SQL for the first value among columns; NULL where none is there."""
        found = [self._columns[name.lower()] for name in names if name in self]
        self.used.update(found)
        return f"coalesce({', '.join(map(quoted, found))})" if found else "cast(null as text)"

    def known_count(self, *names: str) -> str:
        """Give SQL for the first count above zero among columns, as text."""
        found = [f"nullif(try_cast({self.known(name)} as integer), 0)" for name in names]
        return f"cast(coalesce({', '.join(found)}, null) as text)"

    def shown(self) -> str:
        """Give SQL for what a person may see of a line."""
        columns = [quoted(one) for name, one in self._columns.items() if name not in LEFT_OUT]
        return f"concat_ws(' ', {', '.join(columns)})"

    def covariates(self) -> str:
        """Give SQL for a JSON object of what was not asked for; NULL where nothing is."""
        names = [
            name
            for name in self._columns.values()
            if name not in self.used and name.lower() not in LEFT_OUT
        ]
        if not names:
            return "cast(null as text)"
        members = [f"{literal(_json(name) + ': ')} || json_value({quoted(name)})" for name in names]
        return f"""
            case
                when coalesce({", ".join(map(quoted, names))}) is not null
                    then '{{' || concat_ws(', ', {", ".join(members)}) || '}}'
            end"""


def _json(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Select(Protocol):
    """Gives SQL for the lines of a source as texts of attempts."""

    def __call__(self, header: Header) -> str:
        """Give a select from `lines`: `line_number`, TEXTS and `covariates`."""
        ...


@dataclass(frozen=True)
class Form:
    """A form: what parts its fields, what its header needs, and how to read it.

    Without a `delimiter` it is what stands behind the first name of the header. `needed` are groups
    of columns, of each of which one has to be there; `size` gives SQL for a size in MB by its text.
    """

    name: str
    delimiter: str | None
    is_quoted: bool
    needed: tuple[tuple[str, ...], ...]
    select: Select
    size: Callable[[Header, str], str]

    def lacks(self, header: Header) -> list[str]:
        """Name what the header needs and does not have."""
        return [" or ".join(names) for names in self.needed if not any(n in header for n in names)]


def texts_of(header: Header, texts: Mapping[str, str], source: str = "lines") -> str:
    """Select what a form knows of an attempt; the rest is NULL, and covariates."""
    known = [f"{texts.get(name, 'cast(null as text)')} as {name}_text" for name in TEXTS]
    return f"""
        select
            line_number,
            {", ".join(known)},
            {header.covariates()} as covariates
        from {source}
    """


def _csv(header: Header) -> str:
    """Read the columns of the contract; `group` and `label` are those of the public traces."""
    texts = {
        "job_id": header.known("attempt_id"),
        "job_name": header.known("job_name", "group"),
        "group_name": header.known("group_name"),
        "project": header.known("project"),
        "user_name": header.known("owner_name"),
        "queue_name": header.known("queue_name"),
        "node_name": header.known("node_name"),
        "image": header.known("image"),
        "state": header.known("outcome"),
        "reason": header.known("exit_reason"),
        "exit_code": header.known("exit_code"),
        "cpus": header.known("cpus"),
        "gpus": header.known("gpu_count"),
        "submitted_at": header.known("submitted_at"),
        "started_at": header.known("started_at"),
        "ended_at": header.known("ended_at"),
        "requested": header.known("requested_mb"),
        "peak": header.known("peak_mb"),
    }
    if "attempt_id" not in header:
        # Lines that say the same are as many attempts, in the order of the file.
        label = header.known("label")
        header.used.discard("label")
        same = f"{texts['job_name']}, {label}, {texts['submitted_at']}"
        texts["part_id"] = f"concat_ws(chr(31), {same}, nullif({PLACE}, 1))"
        return f"""
            with {_equals(same)}
            {texts_of(header, texts, "lines left join equals using (line_number)")}
        """
    return texts_of(header, texts)


def _equals(same: str) -> str:
    """Number the lines among those that say the same, where there are several: they are few."""
    return f"""
        repeated as (select hash({same}) as sign from lines group by sign having count(*) > 1),
        equals as (
            select
                line_number,
                row_number() over (partition by {same} order by line_number) as {PLACE}
            from lines
            where hash({same}) in (select sign from repeated)
        )
    """


def _csv_size(header: Header, text: str) -> str:
    """Read a number of MB: 10^6 bytes by the contract, 2^20 in the form of the traces."""
    return f"plain_mb({text}, {MB_OF_MIB if 'group' in header else '1'})"


def _binary_size(_: Header, text: str) -> str:
    """Read an amount with its unit, a power of 1024; without one it is bytes."""
    return f"size_mb({text})"


def _slurm(header: Header) -> str:
    """Read the jobs of `sacct`, each with the steps that follow it.

    A job that was requeued has one id and several lines: steps belong to the last one above them.
    """
    job = header.known("JobID", "JobIDRaw")
    state = header.known("State")
    resources = header.known("AllocTRES", "ReqTRES")
    memory = f"coalesce({header.known('ReqMem')}, {_within(resources, 'mem=([^,]+)')})"
    cpus = header.known_count("AllocCPUS", "NCPUS", "ReqCPUS")
    nodes = header.known("NodeList")
    submitted = header.known("Submit")
    restarts = header.known("Restarts")
    account = header.known("Account")
    peak = header.known("MaxRSS")
    texts = {
        "job_id": job,
        "part_id": f"concat_ws(chr(31), {submitted}, nullif({restarts}, '0'))",
        "job_name": header.known("JobName"),
        "group_name": account,
        "project": account,
        "user_name": header.known("User"),
        "queue_name": header.known("Partition"),
        "node_name": f"case when not regexp_matches({nodes}, '[,[]') then {nodes} end",
        "state": state,
        "reason": f"case when is_oom and upper({state}) <> 'COMPLETED' then 'OOMKilled' end",
        "exit_code": _exit_code(header.known("ExitCode")),
        "cpus": cpus,
        "gpus": _within(resources, "gres/gpu(?::[^=,]+)?=([0-9]+)"),
        "submitted_at": submitted,
        "started_at": header.known("Start"),
        "ended_at": header.known("End"),
        # A number alone is in megabytes.
        "requested": f"regexp_replace(rtrim({memory}, 'nc'), '^([0-9.]+)$', '\\1M')",
        "request_times": f"""
            case
                when {memory} like '%n' then {header.known_count("NNodes", "AllocNodes")}
                when {memory} like '%c' then coalesce({cpus}, '?')
            end""",
        "peak": "peak",
        "fault": "case when not is_job then 'a step without its job' end",
        "skipped": f"case when {job} like '%[%' then 'tasks of an array that were not tried' end",
    }
    return f"""
        with parted as (
            select
                line_number,
                split_part({job}, '.', 1) as job_of_line,
                not contains({job}, '.') as is_job,
                {peak} as used,
                size_mb({peak}) as used_mb,
                upper({state}) like 'OUT_OF_ME%' as is_oom
            from lines
        ),
        numbered as (
            select
                *,
                greatest(
                    count(*) filter (where is_job)
                        over (partition by job_of_line order by line_number),
                    1
                ) as job_number
            from parted
        ),
        steps as (
            select
                job_of_line,
                job_number,
                coalesce(
                    min(used) filter (where used is not null and used_mb is null),
                    arg_max(used, used_mb)
                ) as peak,
                coalesce(bool_or(is_oom), false) as is_oom,
                bool_or(is_job) as is_job,
                coalesce(min(line_number) filter (where is_job), min(line_number)) as line_number
            from numbered
            group by job_of_line, job_number
        ),
        jobs as (
            select lines.*, steps.peak, steps.is_oom, steps.is_job
            from lines
            inner join steps on lines.line_number = steps.line_number
        )
        {texts_of(header, texts, "jobs")}
    """


def _within(text: str, pattern: str) -> str:
    return f"nullif(regexp_extract({text}, '{pattern}', 1), '')"


def _exit_code(written: str) -> str:
    """Read `code:signal`; 125, for an OOM, is Slurm's signal only."""
    code, signal = (f"try_cast(split_part({written}, ':', {part}) as integer)" for part in (1, 2))
    return f"""
        case
            when not regexp_full_match({written}, '[0-9]{{1,9}}:[0-9]{{1,9}}') then {written}
            when {code} > 0 or {signal} = 0 then cast({code} as text)
            when {signal} <= 64 then cast(128 + {signal} as text)
        end"""


def _nextflow(header: Header) -> str:
    """Read the trace of Nextflow, raw or for people; a task from the cache was not tried."""
    status = header.known("status")
    name = header.known("name")
    header.used.discard("name")
    exit_code = header.known("exit")
    submitted = header.known("submit", "start")
    texts = {
        "job_id": header.known("hash", "native_id", "task_id"),
        "part_id": f"concat_ws(chr(31), {submitted}, {name})",
        "job_name": f"coalesce({header.known('process')}, split_part({name}, ' (', 1))",
        "queue_name": header.known("queue"),
        "node_name": header.known("hostname"),
        "image": header.known("container"),
        "state": status,
        # The largest integer stands for a code that is not known.
        "exit_code": f"nullif({exit_code}, '{2**31 - 1}')",
        "cpus": header.known("cpus"),
        "submitted_at": submitted,
        "started_at": f"nullif({header.known('start')}, '0')",
        "ended_at": f"nullif({header.known('complete')}, '0')",
        "whole_duration": header.known("duration"),
        "run_duration": header.known("realtime"),
        "requested": header.known("memory"),
        "peak": header.known("peak_rss"),
        "skipped": f"case when upper({status}) = 'CACHED' then 'tasks from the cache' end",
    }
    return texts_of(header, texts)


FORMS = {
    form.name: form
    for form in (
        Form(
            "csv",
            ",",
            True,
            (("job_name", "group"), ("submitted_at",), ("outcome",)),
            _csv,
            _csv_size,
        ),
        Form(
            "nextflow",
            "\t",
            False,
            (("name", "process"), ("submit", "start"), ("status",)),
            _nextflow,
            _binary_size,
        ),
        Form(
            "slurm",
            None,
            False,
            (("JobID", "JobIDRaw"), ("Submit",), ("State",)),
            _slurm,
            _binary_size,
        ),
    )
}
