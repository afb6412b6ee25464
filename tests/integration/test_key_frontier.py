"""Masks, fingerprints and the frontier of keys, on both engines."""

import csv
import random
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import md5
from typing import Any

import pytest

from headroom.landed.masks import mask_secrets
from headroom.report import REPORTS
from headroom.settings import PROJECT_DIR
from tests.support.canonical import export_query
from tests.support.corpora import planted, sentences
from tests.support.project import WITHOUT_LOGS, Project
from tests.support.raw import Row, definition_row, run_row, write_raw

START = datetime(2025, 12, 8, 12, tzinfo=UTC)  # the fix is on the 17th
FIX = datetime(2025, 12, 17, tzinfo=UTC)
WINDOW = timedelta(days=3)
FOLDER = "python3 /dsn-algo-adhoc/damien/projects/fy25q4_psale_calibration"
CALIBRATIONS = [f"{FOLDER}/calibrate.py --as_of {day}" for day in (20251121, 20251122, 20251123)]
SECRET = "hunter2-of-a-donor"  # noqa: S105
SECRET_COMMAND = f"one --password {SECRET}"
COMMANDS = [*CALIBRATIONS, f"{FOLDER}/validate.py --as_of 20251121", "one", SECRET_COMMAND]
MODELS = ("--resource-type", "model", "snapshot", *WITHOUT_LOGS)


NAMES = (
    *("run_id", "definition_id", "command_hash", "command_md5", "description_md5", "fingerprint"),
    *("after", "queued", "started", "finished", "oom", "memory", "peak", "gb_hours"),
)


def digest(text: str | None) -> str | None:
    return None if text is None else md5(text.encode(), usedforsecurity=False).hexdigest()


def random_history(seed: int) -> list[Row]:
    """Runs of few commands and descriptions, many OOMs, ends at any time and at equal moments."""
    rng = random.Random(seed)  # noqa: S311
    rows = []
    for number in range(500):
        queued = START + timedelta(hours=rng.randrange(20 * 24))
        started = queued + timedelta(hours=rng.choice([0, 0, 1, 5, 80]))
        command = rng.choice([*COMMANDS, "", None])
        description = rng.choice(["text", "other", None])
        rows.append(
            run_row(
                f"eks-{number}",
                definition_id=rng.choice(["definition-1", "definition-2", "definition-3"]),
                engine=rng.choice(["eks"] * 9 + ["eks-spark"]),
                queued_at=queued,
                started_at=started,
                finished_at=rng.choice([None] + [started + timedelta(hours=h) for h in (0, 1, 71)]),
                exit_code=137 if rng.random() < 0.4 else 0,
                command=command,
                description=description,
                command_hash=digest(command or None) if queued >= FIX else digest(description),
                memory=rng.choice([512, 1024, 1792, None]),
                max_memory_used=rng.choice([None, 100, 150, 300]),
                gpu=rng.choice([None] * 9 + [1]),
            )
        )
    return rows


def told_runs() -> list[Row]:
    """Runs of another engine whose command and exit reason are a text of the corpora of masks."""
    texts = [*(case.text for case in planted()), *sentences()]
    return [
        run_row(
            f"told-{place}",
            engine="eks-spark",
            queued_at=START + timedelta(minutes=place),
            command=text,
            command_hash=digest(text),
            exit_code=1,
            exit_reason=text,
        )
        for place, text in enumerate(texts)
    ]


@pytest.fixture(scope="module", name="built")
def fixture_built(module_project: Project) -> Project:
    with module_project.in_environment():
        definitions = [definition_row(f"definition-{number}") for number in (1, 2, 3)]
        runs = [*random_history(1), *told_runs()]
        write_raw(module_project.settings, runs, definitions)
    # One definition is rolled out, so that the option differs from the command.
    module_project.dbt("seed")
    module_project.execute(
        "update headroom_reference.thresholds set threshold_value = 1"
        " where threshold = 'per_definition_rollout_count'"
    )
    module_project.dbt("build", *MODELS)
    return module_project


class Naive:
    """The measures, run by run as they are defined: each run looks at all others."""

    def __init__(self, project: Project) -> None:
        # Under clock skew nothing is found before it has begun; the fleet has no skew.
        found = project.query("""
            select run_id, definition_id, command_hash, command_md5, description_md5, fingerprint,
                is_after_hash_fix, queued_at, started_at, finished_at, is_oom, memory_mb,
                peak_memory_mb, memory_gb_hours
            from marts.flotilla__runs
            left join headroom_intermediate.int_flotilla__commands_fingerprinted using (command_md5)
            where engine = 'eks' and has_command and coalesce(gpu_count, 0) = 0
        """)
        self.runs = [dict(zip(NAMES, row, strict=True)) for row in found]
        top = project.query("""
            select definition_id from marts.flotilla__shared_hashes
            group by 1 having sum(oom_count) > 0 order by sum(oom_count) desc, 1 limit 1
        """)
        self.rolled_out = {row[0] for row in top}

    def finished(self, run: Row, key: Callable[[Row], Any]) -> list[Row]:
        return [
            other
            for other in self.runs
            if key(run) is not None
            and other["definition_id"] == run["definition_id"]
            and key(other) == key(run)
            and other["finished"]
            and other["finished"] < run["queued"]
        ]

    def facts(self, run: Row, key: Callable[[Row], Any]) -> tuple[bool, list[Row]]:
        earlier = self.finished(run, key)
        starved = not any(other["finished"] >= run["queued"] - WINDOW for other in earlier)
        donors = [
            other
            for other in earlier
            if other["oom"] and other["memory"] and other["queued"] >= run["queued"] - WINDOW
        ]
        return starved, donors

    def measures(self, candidate: str) -> tuple[Any, ...]:
        keys: dict[str, Callable[[Row], Any]] = {
            "stored_hash": lambda run: run["command_hash"],
            "command": lambda run: run["command_md5"],
            "fingerprint": lambda run: run["fingerprint"],
            "description": lambda run: run["description_md5"],
            "definition": lambda _: "all",
            "clean_break": lambda run: (
                ("new", run["command_md5"])
                if run["after"]
                else run["command_hash"] and ("old", run["command_hash"])
            ),
            "per_definition": lambda run: (
                run["command_md5"]
                if run["definition_id"] in self.rolled_out
                else run["command_hash"]
            ),
        }
        starved_runs, contaminated, groups, distinct = [], 0, defaultdict(list), set()
        for run in self.runs:
            if candidate == "dual_hash":
                starved, donors = self.facts(run, keys["command"])
                old_starved, old_donors = self.facts(run, keys["description"])
                starved = starved and old_starved
                old_key = run["description_md5"] and ("old", run["description_md5"])
                key = ("new", run["command_md5"]) if donors else old_key
                donors = donors or old_donors
            else:
                key = keys[candidate](run)
                starved, donors = self.facts(run, keys[candidate])
            contaminated += any(other["command_md5"] != run["command_md5"] for other in donors)
            if starved:
                starved_runs.append(run)
            if key is not None:
                distinct.add((run["definition_id"], key))
                if run["peak"] is not None:
                    week = run["queued"].astimezone(UTC).isocalendar()[:2]
                    groups[run["definition_id"], key, week].append(run["peak"])
        compared = [peaks for peaks in groups.values() if len(peaks) > 1]
        cold = [run for run in starved_runs if run["oom"]]
        return (
            len(self.runs),
            len(distinct),
            len(self.runs) - len(starved_runs),
            len(compared),
            sum(max(peaks) > 2 * min(peaks) for peaks in compared),
            contaminated,
            len(cold),
            sum((run["gb_hours"] or Decimal(0) for run in cold), Decimal(0)),
        )


def test_the_frontier_is_what_each_run_would_have_found(built: Project) -> None:
    naive = Naive(built)
    found = built.query("""
        select key_candidate, run_count, key_count, covered_run_count, peak_group_count,
            heterogeneous_group_count, contaminated_run_count, cold_start_oom_count,
            cold_start_gb_hours
        from marts.flotilla__hash_key_frontier
    """)
    assert len(found) == 8
    assert len({measures[1:] for measures in found}) > 6
    for candidate, *measures in found:
        assert tuple(measures) == naive.measures(candidate), candidate


def test_calibrations_of_the_evidence_are_one_fingerprint(built: Project) -> None:
    """`--as_of` is the only parameter that varies; another script is another fingerprint."""
    rows = dict(
        (row[0], row[1:])
        for row in built.query("""
            select command_md5, fingerprint, masked_command, parameters, parameter_count
            from headroom_intermediate.int_flotilla__commands_fingerprinted
        """)
    )
    calibrations = [rows[digest(command)] for command in CALIBRATIONS]
    assert len({row[0] for row in calibrations}) == 1
    assert {row[1] for row in calibrations} == {f"{FOLDER}/calibrate.py --as_of <number>"}
    assert [row[2:] for row in calibrations] == [
        (f"--as_of={day}", 1) for day in (20251121, 20251122, 20251123)
    ]
    other = rows[digest(f"{FOLDER}/validate.py --as_of 20251121")]
    assert other[0] != calibrations[0][0]
    assert other[2] == "--as_of=20251121"
    assert rows[digest("one")][1:] == ("one", None, 0)
    assert rows[digest(SECRET_COMMAND)][1:] == ("one --password ***", None, 0)


def test_the_engines_mask_alike(built: Project) -> None:
    """Python is a third opinion: every command of the history through all masks."""
    seed = PROJECT_DIR / "seeds" / "reference" / "masks.csv"
    with seed.open(encoding="utf-8", newline="") as lines:
        masks = sorted(csv.DictReader(lines), key=lambda row: int(row["mask_order"]))
    found = {
        row[0]: row[1]
        for row in built.query("""
            select command_md5, fingerprint
            from headroom_intermediate.int_flotilla__commands_fingerprinted
        """)
    }
    for command in COMMANDS:
        masked = mask_secrets(command)
        for mask in masks:
            if mask["kind"] == "parameter":
                masked = re.sub(mask["pattern"], mask["placeholder"], masked)
        assert found[digest(command)] == digest(masked), command


def secrets_in(text: str) -> list[str]:
    """Give what no mask may leave; a word of few letters can stand anywhere."""
    secrets = {secret for case in planted() for secret in case.secrets if len(secret) > 7}
    return sorted(secret for secret in {SECRET, *secrets} if secret in text)


@pytest.mark.usually_on("duckdb")
def test_secrets_are_in_nothing_that_is_printed(built: Project) -> None:
    """Every report, and the story of some runs: their commands, and those of their donors."""
    told = [f"told-{place}" for place in range(0, len(planted()), 40)]
    own = built.query(
        "select run_id from marts.flotilla__runs where memory_mb is not null"
        f" and command_md5 = '{digest(SECRET_COMMAND)}' order by queued_at desc limit 3"
    )
    commands = [("report", name) for name in REPORTS]
    commands += [("explain", run_id) for run_id in (*told, *(run_id for (run_id,) in own))]
    printed = ""
    for command in commands:
        outcome = built.headroom(*command)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        printed += outcome.stdout + outcome.stderr
    assert secrets_in(printed) == []
    assert "--password ***" in printed


def test_secrets_of_commands_and_reasons_are_in_no_table_and_sentences_stay(built: Project) -> None:
    columns = built.query("""
        select columns.table_schema, columns.table_name, columns.column_name
        from information_schema.columns
        inner join information_schema.tables using (table_schema, table_name)
        where
            tables.table_type = 'BASE TABLE'
            and (columns.table_schema = 'marts' or columns.table_schema like 'headroom%')
            and columns.data_type in ('text', 'VARCHAR', 'character varying')
            and columns.table_schema <> 'headroom_reference'
    """)
    assert len({row[:2] for row in columns}) > 20
    read = [
        f'select distinct "{column}" from {schema}.{table} where "{column}" is not null'
        for schema, table, column in columns
    ]
    kept = {row[0] for row in built.query(" union ".join(read))}
    assert secrets_in("\n".join(kept)) == []
    reasons = {row[0] for row in built.query("select exit_reason from marts.flotilla__runs")}
    assert reasons >= {*sentences(), *(case.shown for case in planted())}


def test_a_changed_mask_changes_the_fingerprints(built: Project) -> None:
    sql = "select * from headroom_intermediate.int_flotilla__commands_fingerprinted"
    with built.in_environment():
        before = export_query(built.settings, sql)
    select = ("--select", "int_flotilla__commands_fingerprinted")
    built.execute(
        "update headroom_reference.masks set placeholder = '\\1#' where mask_name = 'number'"
    )
    built.dbt("run", *select)
    changed = built.query(sql)
    assert any("--as_of #" in str(row) for row in changed)
    built.dbt("seed", "--select", "masks")
    built.dbt("run", *select)
    with built.in_environment():
        assert export_query(built.settings, sql) == before


TEST = "masks_read_alike_on_every_engine"
WORD_BOUNDARY = r"\b[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}"


@pytest.mark.parametrize(
    ("pattern", "outcome"),
    [(WORD_BOUNDARY, {"duckdb": "pass", "postgres": "fail"}), ("([0-9]", None)],
)
def test_a_bad_pattern_is_refused(
    built: Project, pattern: str, outcome: dict[str, str] | None
) -> None:
    """Read differently: the test fails on one engine. Does not compile: it cannot run on either."""
    built.execute(
        f"update headroom_reference.masks set pattern = '{pattern}' where mask_name = 'date'"
    )
    expected = outcome[built.engine] if outcome else "error"
    try:
        statuses = built.dbt("test", "--select", TEST, succeeds=expected == "pass")
        assert statuses[TEST] == expected
    finally:
        built.dbt("seed", "--select", "masks")
