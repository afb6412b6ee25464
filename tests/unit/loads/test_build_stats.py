"""Logs of builds: what is read from each form, and what is said of the rest."""

import io
import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.errors import InputRejectedError, UsageError
from headroom.landed.contract import landed_tables
from headroom.landed.landing import arrow_rows
from headroom.landed.masks import mask_json
from headroom.loads.build_stats import Options
from headroom.loads.build_stats.builds_read import UNREAD, BuildsRead
from headroom.loads.build_stats.facts import read_sample
from headroom.loads.build_stats.load import _read
from headroom.loads.build_stats.published_rule import count_anomalies, overall, score
from headroom.loads.tally import Tally
from headroom.reading.inputs import MAX_LINE, Source
from headroom.settings import PROJECT_DIR

ID = "84fbeb34-2767"
SAMPLES = [
    {"ts": f"2025-11-14T03:{minute:02d}:14+00:00", "cpu": minute, "mem_used_gb": 1.5 + minute}
    for minute in range(5)
]


def read(text: str | bytes, name: str | None = "log.txt", **options: Any) -> BuildsRead:
    collected = BuildsRead(Tally())
    raw = text.encode() if isinstance(text, str) else text
    stream = io.BufferedReader(io.BytesIO(raw))  # type: ignore[arg-type]
    _read(collected, Source(Path(name) if name else None), stream, Options(**options))
    return collected


def block(samples: Sequence[Any], prefix: str = "", step: str = "") -> str:
    inside = json.dumps({"samples": samples}, indent=1).splitlines()
    lines = ["BUILD_STATS_JSON_START", *inside, "BUILD_STATS_JSON_END"]
    return "".join(f"{prefix}{step}{line}\n" for line in lines)


def traced(lines: str) -> str:
    """Print the command in front of what it prints, as a shell does that was told to."""
    return lines.replace("START\n", "START\n+ cat /build-stats.json\n").replace(
        "BUILD_STATS_JSON_END", "+ echo BUILD_STATS_JSON_END\nBUILD_STATS_JSON_END"
    )


def values(collected: BuildsRead) -> dict[str, list[tuple[int, Any]]]:
    found: dict[str, list[tuple[int, Any]]] = {}
    for (build_id, index), sample in sorted(collected.samples.items()):
        found.setdefault(build_id, []).append((index, sample.row["cpu_pct"]))
    return found


GOOD = list(enumerate(Decimal(minute) for minute in range(5)))


@pytest.mark.parametrize(
    ("prefix", "step"),
    [
        ("", ""),
        ("", "Step #0: "),
        ("2025-11-14T03:10:14.123456789Z ", 'Step #12 - "build": '),
        ("[2025-11-14 03:10:14,123] ", ""),
        ("", "Step #3: #17 12.345 "),
        ("builder-7f9c INFO ", ""),
    ],
)
def test_prefixes_of_lines_are_taken_away(prefix: str, step: str) -> None:
    collected = read(f'starting build "{ID}"\n' + block(SAMPLES, prefix, step) + "DONE\n")
    assert values(collected) == {ID: GOOD}
    assert [row["status"] for row in collected.reports.values()] == ["SUCCESS"]
    assert collected.tally.is_clean


def test_lines_of_other_steps_between_the_markers_are_left_out() -> None:
    lines = block(SAMPLES, step="Step #0: ").splitlines()
    lines.insert(4, 'Step #1: {"samples": [')
    collected = read("\n".join(lines), build_id="b")
    assert values(collected) == {"b": GOOD}
    assert collected.tally.skipped == {"line of another step": 1}


def test_several_builds_of_one_log() -> None:
    text = "".join(
        f'starting build "{name}"\n{block(SAMPLES) if name != "two" else ""}{outcome}\n'
        for name, outcome in (("one", "DONE"), ("two", "ERROR"), ("three", "TIMEOUT"))
    )
    collected = read(text)
    assert values(collected) == {"one": GOOD, "three": GOOD}
    found = {
        row["build_id"]: (row["status"], row["sample_count"]) for row in collected.reports.values()
    }
    assert found == {"one": ("SUCCESS", 5), "two": ("FAILURE", 0), "three": ("TIMEOUT", 5)}


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("DONE", "SUCCESS"),
        ('ERROR: build step 0 "gcr.io/x" failed: step exited with non-zero status: 1', "FAILURE"),
        ("BUILD FAILURE: Build step failure: build step 2 failed", "FAILURE"),
        ("ERROR: failed to pull builder image", "FAILURE"),
        ("ERROR: context deadline exceeded", "TIMEOUT"),
        ("TIMEOUT: build took longer than 600 s", "TIMEOUT"),
        ("CANCELLED: by the user", "CANCELLED"),
        (f'ERROR: (gcloud.builds.submit) build {ID} completed with status "TIMEOUT"', "TIMEOUT"),
        (f'build {ID} completed with status "SUCCESS"', "SUCCESS"),
        ("Step #0: ERROR: build step", None),
        ("Step #1: DONE", None),
        ("TIMEOUT of a test", None),
        ("ERROR: test failed", None),
    ],
)
def test_the_words_that_end_a_build(line: str, status: str | None) -> None:
    collected = read(f'starting build "{ID}"\n{block(SAMPLES)}2026-01-10T10:09:00Z {line}\n')
    assert [row["status"] for row in collected.reports.values()] == [status]


def test_the_printed_command_is_no_marker() -> None:
    command = "RUN echo BUILD_STATS_JSON_START && cat /x && echo BUILD_STATS_JSON_END\n"
    assert values(read(command + block(SAMPLES))) == {"log": GOOD}


@pytest.mark.parametrize(
    ("text", "count", "reason"),
    [
        (block(SAMPLES) + block(SAMPLES), 5, None),
        (block(SAMPLES[:2]) + block(SAMPLES), 5, None),
        ("BUILD_STATS_JSON_START\n" + block(SAMPLES), 5, None),
        (block(SAMPLES).replace("BUILD_STATS_JSON_END\n", ""), 5, "the end marker is missing"),
        (block(SAMPLES)[:-80], 4, "the JSON is cut off; what is complete was loaded"),
        (block(SAMPLES) + block(SAMPLES[3:]), 5, "samples differ from the longer block"),
        ("text\nBUILD_STATS_JSON_END\n" + block(SAMPLES), 5, "the start marker is missing"),
        ("BUILD_STATS_JSON_START\nno json\nBUILD_STATS_JSON_END\n", 0, "no JSON between"),
        # As `set -x` prints commands.
        ("+ echo BUILD_STATS_JSON_START\n" + traced(block(SAMPLES)), 5, None),
        (block(SAMPLES, step="Step #0: ").replace(": BUILD_STATS_JSON_END", ":"), 5, "the end"),
    ],
)
def test_markers_that_are_doubled_missing_or_cut(text: str, count: int, reason: str | None) -> None:
    collected = read(f'starting build "{ID}"\n{text}')
    assert values(collected).get(ID, []) == GOOD[:count]
    reasons = list(collected.tally.rejected)
    assert [found.startswith(reason or "") for found in reasons] == ([True] if reason else [])
    assert len(collected.reports) == 1


@pytest.mark.parametrize("step", ["", "Step #0: "])
def test_a_build_that_ends_before_its_end_marker_keeps_its_outcome(step: str) -> None:
    lines = block(SAMPLES, step=step).splitlines()[:-1]
    collected = read("\n".join([f'starting build "{ID}"', *lines, "ERROR", "after"]))
    assert values(collected) == {ID: GOOD}
    assert [row["status"] for row in collected.reports.values()] == ["FAILURE"]
    assert collected.tally.rejected == {"the end marker is missing": 1}


def test_a_log_without_markers_is_a_build_without_samples() -> None:
    collected = read("[2026-01-10T10:00:00Z] FETCHSOURCE\n[2026-01-10T10:09:00Z] DONE\n", "b.log")
    assert [(row["build_id"], row["status"]) for row in collected.reports.values()] == [
        ("b", "SUCCESS")
    ]
    assert collected.tally.is_clean
    assert collected.tally.lines == 2


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ('{"regions": [{"name": "us"}]}', "regions is not an object"),
        ('{"recent_builds": {"x": {}}}', "recent_builds is not a list"),
        ('{"regions": {"us": {"builds": []}}}', "recent_builds is not a list"),
    ],
)
def test_campaign_stats_of_another_shape_are_rejected(document: str, reason: str) -> None:
    collected = read(document)
    assert [found.startswith(reason) for found in collected.tally.rejected] == [True]


def test_other_samples_under_the_same_name_are_told() -> None:
    collected = read(json.dumps(SAMPLES), "us/build-stats.json")
    again = Source(Path("us/build-stats.json")), Source(Path("eu/build-stats.json"))
    for source, samples in zip(again, (SAMPLES, SAMPLES[3:]), strict=True):
        stream = io.BufferedReader(io.BytesIO(json.dumps(samples).encode()))  # type: ignore[arg-type]
        _read(collected, source, stream, Options())
    assert [reject.excerpt for reject in collected.rejects] == ["2 samples"]
    assert [where.startswith("eu/") for where in collected.tally.shown] == [True]


def test_a_secret_that_the_end_of_a_log_cuts_is_masked() -> None:
    long = "hunter2-verysecret-" * 30
    collected = read(f'starting build "{ID}"\n{block(SAMPLES)[:-90]} "db_password": "{long}')
    (reject,) = collected.rejects
    assert "password" in reject.row()["excerpt"]
    assert "hunter2" not in reject.row()["excerpt"]


def test_further_fields_are_json_without_secrets() -> None:
    table = landed_tables()["landed_build_samples"]
    fields = [
        '{"note": "a token=x", "n": 1.5}',
        '{"e": {"API_TOKEN": ["x", 1]}}',
        '{"a": 1}',
        None,
        '{"d":' * 800 + '{"token": "x"}' + "}" * 800,
    ]
    rows = [{"build_id": "b", "sample_index": 0, "extra_fields": written} for written in fields]
    (batch,) = mask_json(arrow_rows(table, rows), "extra_fields")
    found = batch.column("extra_fields").to_pylist()
    assert [written and json.loads(written) for written in found] == [
        {"note": "a token=***", "n": 1.5},
        {"e": {"API_TOKEN": ["***", "***"]}},
        {"a": 1},
        None,
        "***",
    ]


def test_names_and_text_that_no_engine_can_hold_are_cleaned() -> None:
    collected = read('[{"cpu": 1}]', "n\udcff.json")
    assert [row["build_id"] for row in collected.reports.values()] == ["n\ufffd"]
    collected = read('{"recent_builds": [{"build_id": "\\ud800x", "status": 5}]}')
    assert [reject.row()["subject"] for reject in collected.rejects] == ["\ufffdx"]


def test_fields_may_be_nested_deeply_and_lines_hold_any_separator() -> None:
    deep = '{"d":' * 800 + "1" + "}" * 800
    collected = read(f'{{"cpu": 1, "x": {deep}}}\n{{"cpu": 2, "note": "a\u2028b"}}\n', "b.jsonl")
    assert values(collected) == {"b": [(0, Decimal(1)), (1, Decimal(2))]}
    assert collected.tally.is_clean


@pytest.mark.parametrize("options", [{"build_id": " "}, {"region": ""}])
def test_a_name_that_names_nothing_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="is not a name"):
        Options(**options)  # type: ignore[arg-type]


def test_campaign_stats_give_region_times_and_further_fields() -> None:
    build = {
        "build_id": ID,
        "status": "SUCCESS",
        "create_time": "2025-11-14T03:00:00+01:00",
        "queue_time_seconds": 645,
        "working_time_seconds": "628.5s",
        "memory_used_peak_gb": 137,
        "resource_samples": SAMPLES,
        "anomalies": {"spikes": []},
    }
    collected = read(json.dumps({"regions": {"us-west2": {"recent_builds": [build]}}}), None)
    (row,) = collected.reports.values()
    assert (row["region"], row["queue_seconds"], row["working_seconds"]) == (
        "us-west2",
        Decimal("645.000"),
        Decimal("628.500"),
    )
    assert row["created_at"].isoformat() == "2025-11-14T02:00:00+00:00"
    assert row["reported_memory_peak_gb"] == 137
    assert json.loads(row["extra_fields"]) == {"anomalies": {"spikes": []}}
    assert values(collected) == {ID: GOOD}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"samples": SAMPLES}),
        json.dumps(SAMPLES, indent=2),
        "".join(json.dumps(sample) + "\n" for sample in SAMPLES),
        "\ufeff" + json.dumps(SAMPLES),
    ],
)
def test_bare_samples_take_their_build_from_the_name_or_the_option(text: str) -> None:
    assert values(read(text, "build-stats.json")) == {"build-stats": GOOD}
    assert values(read(text, "build-stats.json", build_id="b")) == {"b": GOOD}
    with pytest.raises(UsageError, match="names no build"):
        read(text, None)


def test_standard_input_without_a_build_is_refused() -> None:
    with pytest.raises(UsageError, match="names no build"):
        read(block(SAMPLES), None)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ('{"cpu": 1e999}', "cpu is out of range"),
        ('{"cpu": 1e9999999999999999999}', "cpu is out of range"),
        ('{"io_read_mb": 100000001}', "io_read_mb is out of range"),
        ('{"cpu": NaN}', "cpu is out of range"),
        ('{"cpu": -1}', "cpu is negative"),
        ('{"cpu": "48 of 100"}', "cpu is not a number"),
        ('{"cpu": ""}', "cpu is not a number"),
        ('{"cpu": "-1"}', "cpu is negative"),
        ('{"cpu": true}', "cpu is not a number"),
        ('{"cpu": 1, "ts": "yesterday"}', "ts is not a time"),
        ('{"cpu": 1, "ts": 5}', "ts is out of range"),
        ('{"cpu": 1, "ts": "-5"}', "ts is out of range"),
        ('{"cpu": 1, "ts": 1e20}', "ts is out of range"),
        ('{"cpu": 1, "ts": NaN}', "ts is out of range"),
        ('{"cpu": 1, "ts": true}', "ts is not a time"),
        ("{}", "the sample has no fields"),
        ('{"cpu": 1, "memory_used_bytes": 1e300}', "memory_used_bytes is out of range"),
        (
            '{"timestamp": "2025-11-14T03:10:14Z", "message": "\\u001b[31mx"}',
            "the sample has none of ts, cpu, mem_used_gb, mem_total_gb, io_read_mb, io_write_mb;"
            " it has message, timestamp",
        ),
        ('{"cpu": 1, "ts": "0001-01-01T00:00:00+14:00"}', "ts is not a time"),
        ('{"cpu": 1, "ts": "9999-01-01"}', "ts is out of range"),
        ("[1]", "the sample is not an object"),
        ("7", "the sample is not an object"),
    ],
)
def test_a_bad_sample_is_rejected_and_the_others_keep_their_places(
    fields: str, reason: str
) -> None:
    good = json.dumps(SAMPLES[0])
    collected = read(f'{{"samples": [{good}, {fields}, {good}]}}', "b.json")
    assert [index for index, _ in values(collected)["b"]] == [0, 2]
    assert collected.tally.rejected == {reason: 1}


@pytest.mark.parametrize(
    "raw", [b"\x00\x01\x02\xff" * 1000, b"", b"just text\n", b"{", b"[" * 100_000, b'{"a": 1}']
)
def test_what_is_no_log_of_builds_is_rejected(raw: bytes) -> None:
    collected = read(raw)
    assert not collected.reports
    assert collected.tally.rejected == {"neither builds nor samples in it": 1}


SECOND = 1_763_089_814


@pytest.mark.parametrize("written", [str, Decimal])
@pytest.mark.parametrize("per_second", [1, 10**3, 10**6, 10**9])
def test_a_time_may_be_a_number(written: Any, per_second: int) -> None:
    sample = read_sample("b", 0, {"ts": written(SECOND * per_second), "cpu": written(5)})
    assert sample.row["sampled_at"].isoformat() == "2025-11-14T03:10:14+00:00"
    assert sample.row["cpu_pct"] == 5


def test_a_date_of_eight_digits_is_no_number() -> None:
    assert read_sample("b", 0, {"ts": "20251114"}).row["sampled_at"].day == 14


@pytest.mark.parametrize(
    ("name", "value", "column", "expected"),
    [
        ("cpu_percent", 5, "cpu_pct", 5),
        ("cpuUsagePct", "5.5", "cpu_pct", Decimal("5.5")),
        ("cpu_fraction", "0.25", "cpu_pct", 25),
        ("mem_used_mb", 10240, "memory_used_gb", 10),
        ("memory_gb", 30, "memory_used_gb", 30),
        ("memory_usage_bytes", 1024**3, "memory_used_gb", 1),
        ("memUsedKiB", 1024**2, "memory_used_gb", 1),
        ("memory_total_mb", 1024, "memory_total_gb", 1),
        ("mem_limit_gib", 8, "memory_total_gb", 8),
        ("disk_read_bytes", 1024**2, "io_read_mb", 1),
        ("io_written_gb", 2, "io_write_mb", 2048),
    ],
)
def test_a_quantity_is_read_under_other_names_and_units(
    name: str, value: Any, column: str, expected: Any
) -> None:
    written = value if isinstance(value, str) else Decimal(value)
    sample = read_sample("b", 0, {name: written})
    assert sample.row[column] == expected
    assert (sample.unread, sample.row["extra_fields"]) == ((), None)


@pytest.mark.parametrize(
    "name",
    ["cpu_load", "cpu_cores", "mem_free_gb", "memory", "memory_used", "io_read_mb_per_second",
     "mem_used_tb", "disk_read_ops", "mem_total", "start_time"],
)  # fmt: skip
def test_a_quantity_that_is_not_known_is_named(name: str) -> None:
    collected = read(json.dumps([{"ts": None, name: 5}] * 3), "b.json")
    assert list(collected.tally.rejected) == [f"{UNREAD}: {name}"]
    assert [reject.excerpt for reject in collected.rejects] == ["3 samples"]
    assert len(collected.samples) == 3


def test_the_published_field_counts_before_others_and_those_are_kept() -> None:
    fields = {"cpu_percent": Decimal(7), "cpu": Decimal(5), "cpu_load": Decimal(3)}
    sample = read_sample("b", 0, fields)
    assert (sample.row["cpu_pct"], sample.unread) == (5, ())
    assert json.loads(sample.row["extra_fields"]) == {"cpu_load": 3, "cpu_percent": 7}


NUMBERS = st.decimals(min_value=0, max_value=99_999, places=4)
SAMPLE_LISTS = st.lists(st.fixed_dictionaries({"cpu": NUMBERS, "mem_used_gb": NUMBERS}), max_size=8)
NAMES = st.text("abcdef0123456789-", min_size=1, max_size=12)
PREFIXES = st.sampled_from(["", "Step #0: ", '2025-11-14T03:10:14.5Z Step #1 - "a b": '])


def as_json(samples: list[dict[str, Decimal]]) -> str:
    fields = [", ".join(f'"{name}": {value}' for name, value in row.items()) for row in samples]
    return '{"samples": [\n' + ",\n".join(f"{{{row}}}" for row in fields) + "\n]}"


@given(st.dictionaries(NAMES, SAMPLE_LISTS, min_size=1, max_size=4), PREFIXES)
def test_a_written_log_is_read_back_equal(
    builds: dict[str, list[dict[str, Decimal]]], prefix: str
) -> None:
    lines: list[str] = []
    for build_id, samples in builds.items():
        inside = ["BUILD_STATS_JSON_START", *as_json(samples).splitlines(), "BUILD_STATS_JSON_END"]
        lines += [f'starting build "{build_id}"', *(prefix + line for line in inside), "DONE"]
    collected = read("\n".join(lines))
    found = {
        (build_id, index): (sample.row["cpu_pct"], sample.row["memory_used_gb"])
        for (build_id, index), sample in collected.samples.items()
    }
    assert found == {
        (build_id, index): (row["cpu"], row["mem_used_gb"])
        for build_id, samples in builds.items()
        for index, row in enumerate(samples)
    }
    assert {row["build_id"] for row in collected.reports.values()} == set(builds)
    assert collected.tally.is_clean


@given(st.integers(0, 2000), st.binary(max_size=20))
def test_a_log_cut_anywhere_gives_a_beginning_and_never_a_wrong_sample(
    cut: int, garbage: bytes
) -> None:
    whole = f'starting build "{ID}"\n' + block(SAMPLES, step="Step #0: ")
    collected = read(whole.encode()[:cut] + garbage)
    found = values(collected).get(ID, [])
    assert found == GOOD[: len(found)]


def test_the_summary_follows_the_published_rule() -> None:
    memory = [Decimal(value) for value in (52, 137)]
    assert count_anomalies([Decimal(1)] * 2, memory).spikes == 1
    assert score([Decimal(value) for value in (40, 50, 60)]) == Decimal("0.80")
    assert overall([Decimal(1)], [Decimal(5), Decimal(5)]) == Decimal("0.50")


@given(st.lists(st.integers(1, 200), min_size=2, max_size=12))
def test_the_score_is_rounded_exactly(numbers: list[int]) -> None:
    mean = Fraction(sum(numbers), len(numbers))
    variance = sum((number - mean) ** 2 for number in numbers) / Fraction(len(numbers) - 1)
    found = Fraction(score([Decimal(number) for number in numbers]))
    # |found - (1 - cv)| is at most half a hundredth, without ever taking a root.
    lowest, highest = 1 - found - Fraction(1, 200), 1 - found + Fraction(1, 200)
    assert found == 0 or max(lowest, 0) ** 2 * mean**2 <= variance
    assert variance <= highest**2 * mean**2 or found == 0


def test_committed_samples_are_read_without_a_reject() -> None:
    for path in sorted((PROJECT_DIR / "samples" / "builds").iterdir()):
        if path.suffix != ".gz":
            assert read(path.read_bytes(), path.name).tally.is_clean, path.name


def test_the_order_of_logs_does_not_change_what_is_collected() -> None:
    texts = [f'starting build "{name}"\n{block(SAMPLES)}' for name in "abc"]
    whole = read("".join(texts))
    assert read("".join(reversed(texts))).reports == whole.reports


def test_strict_is_an_error_of_its_own() -> None:
    assert InputRejectedError("x").exit_code == 7


def test_times_that_repeat_or_go_back_keep_the_order_of_the_log() -> None:
    """Clock changes, doubled times and samples out of order: the place in the log counts."""
    times = ["03:01:00+00:00", "03:01:00+00:00", "02:59:00+00:00", "03:02:00-05:00", "03:03:00"]
    samples = [{"ts": f"2025-11-14T{time}", "cpu": place} for place, time in enumerate(times)]
    collected = read(json.dumps(samples), "b.json")
    assert values(collected) == {"b": GOOD}
    assert collected.tally.is_clean


@pytest.mark.parametrize("garbage", [b"\x00\x00", b"\xff\xfe", b"x" * (MAX_LINE + 1)])
def test_bad_bytes_beside_the_markers_cost_only_themselves(garbage: bytes) -> None:
    whole = f'starting build "{ID}"\n'.encode() + garbage + b"\n" + block(SAMPLES).encode()
    collected = read(whole)
    assert values(collected) == {ID: GOOD}
    assert list(collected.tally.rejected) == (
        ["the line is too long"] if len(garbage) > MAX_LINE else []
    )


def test_bad_bytes_between_the_markers_are_rejected() -> None:
    for garbage in ("\x00", "\ufffd"):
        text = block(SAMPLES).replace('"cpu": 4', f'"cpu": {garbage}4')
        collected = read(f'starting build "{ID}"\n{text}')
        found = values(collected).get(ID, [])
        assert found == GOOD[: len(found)]
        assert not collected.tally.is_clean
