"""Jobs of any scheduler, from the file to attempts and failures, on both engines."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from headroom.errors import InputRejectedError, LockedError, UsageError
from headroom.loads.jobs import Options, load_jobs
from headroom.loads.tally import Tally
from headroom.settings import PROJECT_DIR
from tests.support.project import TABLES, Project, copy_of_the_seeds
from tests.support.raw import write_raw

SAMPLES = PROJECT_DIR / "samples" / "jobs"
CASES = PROJECT_DIR / "tests" / "cases" / "jobs"
PUBLIC_TRACES = PROJECT_DIR.parent / "shared" / "traces"
FACTS = ("--select", "+attempts__attempts", "+failures__failures")
TRACE_HEADER = "group,label,submitted_at,started_at,ended_at,requested_mb,peak_mb,outcome"


def load(project: Project, *paths: Path, form: str = "csv", **options: Any) -> Tally:
    with project.in_environment():
        return load_jobs(project.settings, list(map(str, paths)), Options(form=form, **options))


def written(folder: Path, *lines: str) -> Path:
    path = folder / "jobs.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def landed(project: Project, source: str, *columns: str) -> list[tuple[Any, ...]]:
    return project.query(
        f"select {', '.join(columns)} from headroom_landed.landed_jobs"
        f" where source = '{source}' order by submitted_at, job_key"
    )


@pytest.fixture(scope="module")
def jobs(module_project: Project) -> Iterator[Project]:
    """The samples of all forms, and the facts that are made of them."""
    with module_project.in_environment():
        write_raw(module_project.settings, [], [])
    assert load(module_project, SAMPLES / "trace.csv", source="lab").is_clean
    sacct = load(module_project, SAMPLES / "sacct.txt", form="slurm", timezone="Europe/Berlin")
    assert sacct.skipped == {"tasks of an array that were not tried": 1}
    assert sacct.doubted == {"the request is a number that overflowed": 1}
    trace = load(module_project, SAMPLES / "nextflow_trace.txt", form="nextflow")
    assert trace.skipped == {"tasks from the cache": 1}
    module_project.dbt("build", *TABLES, *FACTS)
    yield module_project


ATTEMPTS = """
    select
        attempts.job_name, attempts.outcome, attempts.requested_mb, attempts.peak_mb,
        attempts.run_us, failures.failure_type
    from marts.attempts__attempts as attempts
    left join marts.failures__failures as failures
        on attempts.attempt_id = failures.attempt_id
    where attempts.source = '{}'
    order by attempts.submitted_at, attempts.requested_mb, attempts.started_at
"""


def attempts(project: Project, source: str) -> list[tuple[Any, ...]]:
    return [
        (*row[:4], None if row[4] is None else round(row[4] / 10**6), row[5])
        for row in project.query(ATTEMPTS.format(source))
    ]


def test_a_trace_is_attempts_in_decimal_megabytes(jobs: Project) -> None:
    assert attempts(jobs, "lab") == [
        ("align", "succeeded", 17180, 10299, 4877, None),
        ("align", "succeeded", 17180, 9867, 4649, None),
        ("align", "failed", 17180, 17180, 3401, "OOMKilled"),
        ("align", "succeeded", 34360, 21097, 7968, None),
        ("sort", "succeeded", 4295, None, 2, None),
        ("sort", "succeeded", 4295, 1233, 512, None),
        ("sort", "failed", 4295, 211, 68, "Error"),
        ("sort", "open", 4295, None, None, None),
    ]
    (covariates,) = jobs.query(
        "select covariates from marts.attempts__attempts where source = 'lab' and peak_mb = 10299"
    )[0]
    assert covariates == '{"label": "sample-01", "input_bytes": 7432430494}'


def test_the_jobs_of_sacct_have_the_largest_peak_of_their_steps(jobs: Project) -> None:
    assert attempts(jobs, "slurm") == [
        ("align", "succeeded", 16777, 9664, 4282, None),
        ("assemble", "failed", 17180, 17179, 2145, "OOMKilled"),
        ("assemble", "succeeded", 34360, 20938, 8061, None),
        ("train", "failed", 68719, None, 1795, "Infrastructure"),
        ("sweep", "failed", 4194, None, 2, "Error"),
        ("notebook", "failed", None, 851, 1740, "UserTerminated"),
        ("align", "failed", 16777, 16383, 86400, "DeadlineExceeded"),
        ("train", "failed", 68719, None, 4500, "Infrastructure"),
        ("train", "succeeded", 68719, 42950, 21600, None),
        ("align", "open", 16777, None, None, None),
    ]
    columns = ("cast(submitted_at as text)", "exit_code", "gpu_count", "cpu_millicores")
    rows = landed(jobs, "slurm", "job_id", *columns)
    # Berlin is an hour ahead of UTC in winter.
    assert rows[0][1].startswith("2026-01-13 07:00:00")
    assert {row[0]: row[2:] for row in rows if row[0] in ("9003", "9004", "9005")} == {
        "9003": (0, 2, 16000),
        "9004": (2, None, 1000),
        "9005": (128 + 15, None, 2000),
    }


def test_the_tasks_of_nextflow_are_attempts_of_their_processes(jobs: Project) -> None:
    assert attempts(jobs, "nextflow") == [
        ("STAR_ALIGN", "failed", 32212, 32212, 1855, "OOMKilled"),
        ("STAR_ALIGN", "succeeded", 32212, 29313, 3440, None),
        ("STAR_ALIGN", "succeeded", 64425, 44775, 4262, None),
        ("MULTIQC", "failed", 4295, None, 0, "Error"),
        ("MULTIQC", "succeeded", 4295, 1288, 58, None),
        ("SUBREAD", "failed", 17180, None, None, "UserTerminated"),
    ]


def test_a_raw_trace_of_nextflow_reads_as_the_one_for_people(jobs: Project) -> None:
    assert load(jobs, CASES / "nextflow_raw.txt", form="nextflow", source="raw").is_clean
    columns = ("job_name", "requested_mb", "peak_mb", "is_over", "exit_code")
    assert sorted(landed(jobs, "raw", *columns, "ended_at is null"), key=str) == [
        ("SORT", None, None, False, None, True),
        ("STAR_ALIGN", Decimal("32212.254720"), Decimal("29313.151795"), True, 0, False),
        ("STAR_ALIGN", Decimal("32212.254720"), Decimal("32212.254720"), True, 137, False),
    ]
    kept = "".join(row[0] for row in landed(jobs, "raw", "covariates"))
    assert "SECRET" not in kept
    assert "TOKEN" not in kept


SACCT_HEADER = "JobID|JobName|Submit|Start|End|State|ReqMem|MaxRSS|AllocCPUS"
SACCT_TIMES = "2026-01-01T00:00:00|2026-01-01T00:00:00|2026-01-01T00:01:00"


def test_what_sacct_cannot_say_is_rejected_or_flagged(jobs: Project, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        SACCT_HEADER,
        f"1|a|b|{SACCT_TIMES}|COMPLETED|1G||1",
        f"2|x|{SACCT_TIMES}|COMPLETED|1Gc|2G|0",
        f"3|x|{SACCT_TIMES}|COMPLETED|1,5G||1",
        f"4.batch|batch|{SACCT_TIMES}|COMPLETED||2G|1",
        f"5|x|{SACCT_TIMES}|COMPLETED|1G||1",
        f"5.batch|batch|{SACCT_TIMES}|COMPLETED||2,5G|1",
        f"6|x|{SACCT_TIMES}|COMPL",
        f"7|x|{SACCT_TIMES}|FAILED|1G||1",
        f"7.0|x|{SACCT_TIMES}|OUT_OF_MEMORY||1G|1",
    )
    tally = load(jobs, path, form="slurm", source="odd")
    for number, reason in {
        2: "the line has 10 fields, the header 9: a pipe in a name? Ask sacct for --delimiter",
        4: "the request is not an amount",
        5: "a step without its job",
        6: "the peak is not an amount",
        8: "the line has 6 fields, the header 9: is it cut?",
    }.items():
        assert any(f"jobs.txt:{number}: {reason}" in place for place in tally.shown), reason
    assert sum(tally.rejected.values()) == 5
    assert tally.doubted == {"the request is for each CPU, and how many CPUs is not known": 1}
    assert sorted(landed(jobs, "odd", "job_id", "requested_mb", "reason")) == [
        ("2", None, None),
        ("7", Decimal("1073.741824"), "OOMKilled"),
    ]


def test_sacct_may_part_its_fields_by_another_sign(jobs: Project, tmp_path: Path) -> None:
    lines = [SACCT_HEADER, f"1|a~b|{SACCT_TIMES}|COMPLETED|1G||1"]
    path = written(tmp_path, *(line.replace("|", "^").replace("~", "|") for line in lines))
    assert load(jobs, path, form="slurm", source="signs").is_clean
    assert landed(jobs, "signs", "job_name") == [("a|b",)]


def test_a_job_that_is_loaded_again_is_updated(jobs: Project, tmp_path: Path) -> None:
    sample = SAMPLES / "trace.csv"
    again = load(jobs, sample, source="lab")
    assert [(table.new, table.changed) for table in again.landed] == [(0, 0), (0, 0)]
    later = sample.read_text(encoding="utf-8").replace(
        "T09:20:10.000Z,,4096,,running", "T09:20:10.000Z,2026-01-12T09:21:10.000Z,4096,300,ok"
    )
    changed = load(jobs, written(tmp_path, *later.splitlines()), source="lab")
    assert changed.landed[0].changed == 1
    jobs.dbt("run", *FACTS)
    ended = ("sort", "succeeded", 4295, 315, 60, None)
    assert attempts(jobs, "lab")[-1] == ended
    # An older listing does not open it again.
    assert load(jobs, sample, source="lab").landed[0].changed == 0


def test_a_folder_of_seeds_gets_the_rows_that_the_warehouse_has(
    jobs: Project, tmp_path: Path
) -> None:
    project = copy_of_the_seeds(tmp_path)
    path = SAMPLES / "trace.csv"
    load(jobs, path, source="seeded", csv_folder=project / "seeds" / "landed")
    with (project / "seeds" / "landed" / "landed_jobs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    load(jobs, path, source="seeded")
    assert len(rows) == 8
    assert {row["job_key"] for row in rows} == {key for (key,) in landed(jobs, "seeded", "job_key")}


def test_of_equal_keys_the_last_counts(jobs: Project, tmp_path: Path) -> None:
    header = "attempt_id,job_name,submitted_at,outcome,peak_mb"
    lines = [f"1,a,2026-01-01T00:00:00Z,ok,{peak}" for peak in (1, 3, 2)]
    assert load(jobs, written(tmp_path, header, *lines), source="equal").parsed == 3
    assert landed(jobs, "equal", "peak_mb") == [(2,)]


def test_lines_that_say_the_same_are_as_many_attempts(jobs: Project, tmp_path: Path) -> None:
    line = "g,l,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,2026-01-01T00:01:00Z,1,1,ok"
    path = written(tmp_path, TRACE_HEADER, line, line, line)
    assert load(jobs, path, source="same").landed[0].new == 3
    assert load(jobs, path, source="same").landed[0].unchanged == 3


def test_an_error_while_lines_are_read_is_raised_as_it_is_and_nothing_lands(
    jobs: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Iterator[Any]:
        raise LockedError("held", "wait")

    monkeypatch.setattr("headroom.loads.jobs.load.split_rows", broken)
    path = written(tmp_path, "attempt_id,job_name,submitted_at,outcome", "1,a,2026-01-01,ok")
    with pytest.raises(LockedError):
        load(jobs, path, source="broken")
    assert not landed(jobs, "broken", "job_key")


def test_the_contract_is_read_in_any_order(jobs: Project, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "Outcome,exit_code,attempt_id,JOB_NAME,submitted_at,requested_mb,token,owner_name",
        '"failed",137,7,"a, b",2026-01-01 01:00:00,4000,"AWS_SECRET_ACCESS_KEY=abcd1234",mia',
    )
    assert load(jobs, path, source="contract", timezone="Europe/Berlin").is_clean
    columns = ("job_id", "job_name", "exit_code", "requested_mb", "user_name", "covariates")
    (row,) = landed(jobs, "contract", *columns, "cast(submitted_at as text)")
    assert row[:5] == ("7", "a, b", 137, 4000, "mia")
    assert "abcd1234" not in row[5]
    assert row[6].startswith("2026-01-01 00:00:00")


BAD_LINES = {
    "g,l,2026-01-01T00:00:00Z,,,1": "the line has 6 fields, the header 8: is it cut?",
    "g,l,2026-01-01T00:00:00Z,,,1,1,ok,9": "the line has 9 fields, the header 8",
    'g,l,2026-01-01T00:00:00Z,,,"175,65",1,ok': "the request is not an amount",
    "g,l,2026-01-01T00:00:00Z,,,4 GB,1,ok": "the request is not an amount",
    "g,l,2026-01-01T00:00:00Z,,,1,-1,ok": "the peak is not an amount",
    "g,l,01.02.2026 10:00,,,1,1,ok": "submitted_at is not a time",
    "g,l,2026-01-01T00:00:00Z,soon,,1,1,ok": "started_at is not a time",
    "g,l,,,,1,1,ok": "it has no moment of submission",
    "g,l,2026-01-01T00:00:00Z,,,1,1,vanished": "the outcome is not a known word",
    "g,l,2026-01-01T00:00:00Z,,,1,1,": "it has no outcome",
    'g,"l,2026-01-01T00:00:00Z,,,1,1,ok': "a quote is not closed",
    'g,x"l,"2026-01-01T00:00:00Z,,,1,1,ok': "the line has 3 fields",
}


def test_bad_lines_are_rejected_with_reasons_and_the_others_land(
    jobs: Project, tmp_path: Path
) -> None:
    good = "g,good,2026-01-01T00:00:00Z,,2026-01-01T00:01:00Z,1,2,ok"
    path = written(tmp_path, TRACE_HEADER, *BAD_LINES, good)
    tally = load(jobs, path, source="bad")
    assert tally.parsed == 1
    assert sum(tally.rejected.values()) == len(BAD_LINES)
    for number, reason in enumerate(BAD_LINES.values(), 2):
        assert any(f"jobs.txt:{number}: {reason}" in place for place in tally.shown), reason
    assert tally.doubted == {"the peak is above the request": 1}
    assert len(landed(jobs, "bad", "job_key")) == 1
    rejects = "select count(*) from headroom_landed.landed_rejects where hook = 'jobs' and source ="
    assert jobs.query(f"{rejects} '{path.resolve()}'") == [(len(BAD_LINES),)]
    with pytest.raises(InputRejectedError, match="nothing was loaded"):
        load(jobs, written(tmp_path, TRACE_HEADER, "x"), source="strict", strict=True)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty: the format csv begins with a header"),
        (b"g,l,2026-01-01T00:00:00Z,,,1,1,ok\n", "does not name job_name or group, submitted_at"),
        (b"group;label;submitted_at;outcome\n", "does not name"),
        (b"\x7fELF\x02\x01\x01\x00\xff\xfe\n\x00\x01", "its first line is not text"),
        (b"group,submitted_at,outcome,Outcome\n", "its header names outcome twice"),
        (b"PK\x03\x04rest", "zip archive"),
    ],
)
def test_a_file_of_another_form_is_reported(
    jobs: Project, tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    outcome = jobs.headroom("load", "jobs", str(path), "--format", "csv", "--source", "other")
    assert outcome.returncode == 7
    assert reason in outcome.stdout + outcome.stderr
    assert "Traceback" not in outcome.stdout + outcome.stderr


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"form": "lsf"}, "no format 'lsf'"),
        ({"form": "csv", "source": "flotilla"}, "the source flotilla"),
        ({"form": "csv", "source": " "}, "is not a name"),
        ({"form": "csv", "timezone": "Mars/Base"}, "no timezone 'Mars/Base'"),
    ],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, str], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        Options(**options)


@pytest.mark.parametrize("path", sorted(PUBLIC_TRACES.glob("*.csv")), ids=lambda path: path.stem)
def test_a_public_trace_is_loaded_whole(jobs: Project, path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines()) - 1
    tally = load(jobs, path, source=path.stem)
    assert tally.is_clean
    assert (tally.landed[0].new, tally.parsed) == (lines, lines)
