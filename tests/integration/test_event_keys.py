"""Events of performance logs are known by what they say: prefixes, order and age of a row aside."""

from itertools import permutations
from pathlib import Path

from headroom.landed.contract import landed_tables
from headroom.loads.perf_logs import Options, load_perf_logs
from headroom.loads.tally import Tally
from tests.support.canonical import export_tables
from tests.support.project import Project

NAMES = ("landed_timings", "landed_payload_estimates", "landed_worker_warnings")
LANDED = [landed_tables()[name].relation for name in NAMES]
WARNING = (
    "distributed.worker - WARNING - Worker is at 81% memory usage."
    " Pausing worker.  Process memory: 3.25 GiB -- Worker memory limit: 4.00 GiB"
)
BARE = [
    *(
        f"SIM_TIMING: param_id=4da4f9fc seed={seed} duration_ms=1364.4 worker=tcp://10.4.0.2:40001"
        for seed in range(3)
    ),
    "AGG_TIMING: run_id=1a6916c7 param_id=4da4f9fc target=t0 n_sim_returns=4 n_outputs=12"
    " total_inline_mb=4.08 max_single_kb=408.1 duration_ms=235.2 worker=tcp://10.4.0.1:40006",
    f"2026-02-05 10:00:01,500 - {WARNING}",
]
TIMED = [f"2026-02-05T10:00:0{place}.069Z {line}" for place, line in enumerate(BARE)]
PREFIXED = [f"[pod/worker-x/worker] {line}" for line in TIMED]
FORMS = {"bare": BARE, "timed": TIMED, "prefixed": PREFIXED}


def load(project: Project, lines: list[str], path: Path, label: str = "c") -> Tally:
    path.write_text("\n".join(lines))
    with project.in_environment():
        return load_perf_logs(project.settings, [str(path)], Options(label))


def landed(project: Project) -> dict[str, list[str]]:
    with project.in_environment():
        return export_tables(project.settings, LANDED)


def test_forms_of_one_log_count_once_in_any_order(project: Project, tmp_path: Path) -> None:
    found = []
    for order in permutations(FORMS):
        for name in order:
            load(project, FORMS[name], tmp_path / f"{name}.log")
        found.append(landed(project))
        project.execute("; ".join(f"delete from {relation}" for relation in LANDED))
    assert [len(rows) for rows in found[0].values()] == [4, 0, 1]
    assert all(each == found[0] for each in found)
    rows = "\n".join(found[0]["headroom_landed.landed_timings"])
    assert rows.count("worker-x") == 4
    assert rows.count("logged_at=17702856") == 4


def test_a_row_that_knows_less_still_gives_its_label(project: Project, tmp_path: Path) -> None:
    load(project, PREFIXED, tmp_path / "a.log", "unlabelled")
    load(project, BARE, tmp_path / "b.log", "c")
    timings = project.query(
        "select distinct calibration, pod_name, logged_at is null"
        " from headroom_landed.landed_timings"
    )
    assert timings == [("c", "worker-x", False)]


def age(project: Project) -> None:
    """Make rows as older versions landed them: keys of 32 digits, one for each form of a line."""
    for name in NAMES:
        table = landed_tables()[name]
        (key,) = table.key
        bare = {key: f"md5({key})", "pod_name": "null"}
        if name == "landed_timings":
            bare["logged_at"] = "null"
        values = ", ".join(bare.get(column, column) for column in table.columns)
        project.execute(
            f"update {table.relation} set {key} = substr({key}, 2);"
            f" insert into {table.relation} ({', '.join(table.columns)})"
            f" select {values} from {table.relation}"
        )


def test_rows_of_older_versions_are_not_doubled(project: Project, tmp_path: Path) -> None:
    """By the next load, and by the next `dbt seed`; both give the same keys."""
    lines = [*TIMED[:-1], f"2026-02-05T10:00:09Z {WARNING}"]
    load(project, lines, tmp_path / "x.log")
    expected = landed(project)
    for upgrade in ("load", "seed"):
        age(project)
        counts = {name: len(rows) for name, rows in landed(project).items()}
        assert counts["headroom_landed.landed_timings"] == 8
        if upgrade == "load":
            tally = load(project, lines, tmp_path / "x.log")
            assert [done.new for done in tally.landed[:1]] == [0]
        else:
            project.dbt("seed", "--select", *NAMES)
            load(project, lines, tmp_path / "x.log")
        assert landed(project) == expected, upgrade
