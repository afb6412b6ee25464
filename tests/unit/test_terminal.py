"""Nothing that a name holds is obeyed by a terminal, whoever prints it."""

import io
import json
import re
import sys
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.table import Table
from rich.text import Text

from headroom.diagnosis.access import Scope
from headroom.diagnosis.answer import Diagnosis, as_json
from headroom.diagnosis.ask import Inquiry, Window
from headroom.diagnosis.render import _print_table
from headroom.explain import Story, print_story
from headroom.printable import UNSAFE, printable, printable_json, printable_lines
from headroom.quality.render import findings_table
from headroom.quality.result import GateFinding, GateResult
from headroom.report.catalog import REPORTS
from headroom.report.render import print_report
from headroom.report.run import Answer, Answers
from headroom.terminal import PlainConsole, plain
from headroom.warehouse import Result
from tests.support.in_process import headroom
from tests.support.planted import COLOURS, PLANTED, PLANTED_NAME, PYTHON_FILES, harm
from tests.unit.loads.test_failures import EVENT, make_history

# Signs that are written before digits: they are seen, and change nothing behind them.
SEEN = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2} | {
    0x110BD,
    0x110CD,
}


def test_what_is_not_printable_is_what_unicode_says() -> None:
    wanted = {
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zl", "Zp", "Cs")
    } - SEEN
    found = {code for code in range(sys.maxunicode + 1) if UNSAFE.match(chr(code))}
    assert wanted <= found
    # Beyond it only what Unicode has not given a meaning yet, within the same blocks.
    assert {unicodedata.category(chr(code)) for code in found - wanted} <= {"Cn"}


def test_escapes_say_what_stood_there_and_json_stays_the_same_value() -> None:
    assert printable("a\x1b\x9b\n\r\t\u202e\U000e0041\udcffä") == (
        r"a\x1b\x9b\n\r\t\u202e\U000e0041\udcffä"
    )
    assert printable_lines("a\x1b\nb") == "a\\x1b\nb"
    assert not harm(printable(PLANTED))
    written = json.dumps({PLANTED: [PLANTED]}, ensure_ascii=False)
    assert harm(written)
    assert not harm(printable_json(written))
    assert json.loads(printable_json(written)) == {PLANTED: [PLANTED]}


@pytest.mark.parametrize("is_terminal", [True, False])
def test_the_console_holds_back_what_got_past(is_terminal: bool) -> None:
    console = PlainConsole(file=io.StringIO(), width=400, force_terminal=is_terminal)
    table = Table("heading")
    table.add_row(PLANTED.replace("[/", "|"))
    table.add_row(Text(PLANTED, style="link http://x.example"))
    table.add_row(plain(PLANTED))
    console.print(table)
    console.rule(plain(PLANTED))
    console.print(f"[bold]{plain(PLANTED)}[/bold]")
    console.print(Text.from_markup(f"{PLANTED.replace('[/red]', '')}"))
    printed = COLOURS.sub("", console.file.getvalue())  # type: ignore[attr-defined]
    assert not harm(printed.replace("headroom: fine", ""))
    # Markup in a name is not read: it is printed as it stands, and no word becomes a picture.
    assert printed.count("[red]x[/red][link=http://x.example]y[/link]:fire:") == 4


def test_consoles_and_escapes_have_one_place() -> None:
    for path in PYTHON_FILES:
        if path.name == "terminal.py":
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"rich\.markup|[^n]Console\(|(?<![\w.])print\(|echo\(", text), path
        if "TextColumn" in text:
            assert text.count('TextColumn("{task.description}"') == text.count("markup=False")


def test_json_of_an_answer_holds_no_control_character() -> None:
    window = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC), 7)
    sections = {"summary": [{"failure_count": 1}], "nodes": [{"node_name": PLANTED}]}
    inquiry = Inquiry(Scope((PLANTED,)), 7, job_name=PLANTED)
    written = as_json(Diagnosis("analyze", inquiry, window, sections))
    assert not harm(written)
    assert json.loads(written)["nodes"] == [{"node_name": PLANTED}]


@pytest.mark.parametrize(
    "arguments",
    [
        ["load", "failures", PLANTED],
        ["load", "failures", f"{PLANTED}*"],
        ["load", "build-stats", "x", "--build-id", PLANTED],
        ["load", "build-stats", "x", "--region", PLANTED],
        ["load", "perf-logs", "x", "--calibration", PLANTED],
        ["load", "dask-report", "x", "--experiment", PLANTED],
        ["report", PLANTED],
        ["report", "impact", "--as-of", PLANTED],
        ["prune", "--older-than", PLANTED],
        ["failures", "analyze", "--lookback-days", PLANTED],
        ["failures", "remediate", "--type", "x", "--as-of", PLANTED],
        ["failures", "record-solution", "--type", PLANTED, "--description", "x"],
        ["fleet", "--seed", PLANTED],
        ["fleet", "--target", PLANTED],
        [f"--{PLANTED}"],
        [PLANTED],
        ["doctor", PLANTED],
        ["doctor"],
    ],
)
def test_an_option_is_quoted_without_harm(tmp_path: Path, arguments: list[str]) -> None:
    path = tmp_path / PLANTED_NAME / "x.duckdb"
    environment = {"HEADROOM_TARGET": "duckdb", "HEADROOM_DUCKDB_PATH": str(path)}
    outcome = headroom(tuple(arguments), environment)
    printed = outcome.stdout + outcome.stderr
    assert outcome.returncode in (2, 5), printed
    assert "Traceback" not in printed
    assert not harm(printed)


def test_a_load_names_files_and_pieces_without_harm(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    make_history(
        folder / f"{PLANTED_NAME}.db", [EVENT | {"timestamp": PLANTED, "job_name": PLANTED}]
    )
    (folder / f"{PLANTED_NAME}.json").write_text(
        json.dumps({"kind": "List", "items": [{"kind": PLANTED}, {"kind": "Pod", "metadata": 1}]})
    )
    (folder / f"{PLANTED_NAME}.log").write_text(
        'starting build "a\x1b[31m\u202e[red]"\nBUILD_STATS_JSON_START\n[{"ts": 1, "cpu": "{"}]\n'
        f"BUILD_STATS_JSON_END\nSIM_TIMING: {PLANTED}\n",
        newline="",
    )
    (folder / f"{PLANTED_NAME}.html").write_text(f"<html>{PLANTED}", newline="")
    (folder / f"{PLANTED_NAME}.zip").write_bytes(b"PK\x03\x04")
    bytes_name = str(folder).encode() + b"/\xff\x9b.log"
    with open(bytes_name, "wb") as file:  # noqa: PTH123
        file.write(b"SIM_TIMING: x")
    environment = {"HEADROOM_TARGET": "duckdb", "HEADROOM_DUCKDB_PATH": str(tmp_path / "x.duckdb")}
    for form in ("failures", "build-stats", "perf-logs", "dask-report"):
        for options in ([], ["--strict", "--csv", str(tmp_path / PLANTED_NAME)]):
            outcome = headroom(("load", form, str(folder), *options), environment)
            printed = outcome.stdout + outcome.stderr
            assert outcome.returncode == 7, printed
            assert "Traceback" not in printed
            assert r"pl\x1b[31m" in printed
            assert not harm(printed)
    outcome = headroom(("load", "failures", str(folder), "--source", PLANTED), environment)
    assert not harm(outcome.stdout + outcome.stderr)
    recorded = headroom(
        ("failures", "record-solution", "--type", PLANTED, "--description", PLANTED, "--worked"),
        environment,
    )
    assert recorded.returncode == 0
    assert not harm(recorded.stdout + recorded.stderr)
    assert not harm(headroom(("prune", "--older-than", "1d"), environment).stdout)


def printed_by(show: Callable[[PlainConsole], None]) -> str:
    console = PlainConsole(file=io.StringIO(), width=100, force_terminal=True)
    show(console)
    return COLOURS.sub("", console.file.getvalue())  # type: ignore[attr-defined]


def test_reports_and_stories_show_names_without_harm() -> None:
    run: dict[str, Any] = dict.fromkeys(
        ("run_id", "definition_alias", "definition_id", "command", "command_hash", "hash_origin"),
        PLANTED,
    )
    run |= dict.fromkeys(("policy_version", "exit_reason", "status", "engine"), PLANTED)
    run |= dict.fromkeys(("baseline_source", "decisive_donor_run_id"), PLANTED)
    numbers = ("baseline_memory_mb", "definition_default_mb", "peak_memory_mb", "memory_mb")
    run |= dict.fromkeys(numbers, 1024)
    counts = ("certain_donor_count", "possible_donor_count", "foreign_donor_count", "exit_code")
    run |= dict.fromkeys(counts, 1)
    run |= {"attribution": "default", "is_oom": True, "is_contaminated": False}
    run["has_command"] = True
    run |= {"queued_at": datetime(2026, 1, 1, tzinfo=UTC), "finished_at": None}
    donor = {**run, "is_certain": True, "command": f"{PLANTED} --more {PLANTED}"}
    found = Result([PLANTED], [(PLANTED,)])
    answer = Answer(REPORTS["bug"].questions[0], PLANTED, run["queued_at"], found)
    answers = Answers(answer.as_of, [answer], (PLANTED,))
    finding = GateFinding("task", "x", PLANTED, PLANTED, PLANTED, False)
    for show in (
        lambda console: print_story(console, Story(run, [donor])),
        lambda console: print_report(console, REPORTS["bug"], answers),
        lambda console: console.print(findings_table(GateResult((finding,)))),
        lambda console: _print_table(console, PLANTED, (PLANTED,), [(PLANTED,)]),
    ):
        printed = printed_by(show)
        assert r"pl\x1b[31m" in "".join(printed.split())
        assert not harm(printed)
