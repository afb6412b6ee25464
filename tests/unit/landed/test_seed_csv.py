"""Text survives the way through a seed CSV, whatever it is."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headroom.errors import InputRejectedError, UsageError
from headroom.landed.contract import landed_tables
from headroom.landed.landing import arrow_rows
from headroom.landed.seed_csv import escape, unescape, write_seeds

REJECTS, SAMPLES = (landed_tables()[f"landed_{name}"] for name in ("rejects", "build_samples"))


@given(st.none() | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
@example("")
@example("null")
@example(" NULL ")
@example("\\")
@example("~r\r\n~t")
@example("\u3000")
@example("=HYPERLINK(1)")
@example(" \t+1~r")
@example("\uff1d1")
def test_text_survives_a_csv_as_dbt_reads_it(value: str | None) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerow(["key", escape(value)])
    # dbt opens seeds with universal newlines: a carriage return would become a line feed.
    text = file.getvalue().replace("\r\n", "\n").replace("\r", "\n")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows == [["key", escape(value)]]
    assert unescape(rows[0][1]) == value
    # A spreadsheet would run these.
    assert not re.match(r"\s*[=+@-]|[\t\r\n]", rows[0][1])
    if value is not None:
        # dbt takes these for NULL.
        assert rows[0][1].strip().lower() not in ("", "null")


def test_a_folder_or_a_file_that_cannot_be_used_is_named_and_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot be used for seeds"):
        write_seeds(tmp_path / "file", {REJECTS: []})
    for written in (b"\xff\xfe", b"reject_id,hook\n\x00", b'a"b\n"c'):
        path = tmp_path / "landed_build_samples.csv"
        path.write_bytes(b"build_id,sample_index\nb,zero\n" + written)
        with pytest.raises(InputRejectedError, match=r"landed_build_samples\.csv is not a seed"):
            write_seeds(tmp_path, {SAMPLES: []})
        assert path.read_bytes().endswith(written)


def test_numbers_stay_numbers_and_texts_are_no_formulas(tmp_path: Path) -> None:
    timings = landed_tables()["landed_timings"]
    row = {"timing_id": "-1", "seed": -5, "worker": "=1+1", "target": "@a", "param_id": "ok"}
    write_seeds(tmp_path, {timings: arrow_rows(timings, [row])})
    (written,) = csv.DictReader((tmp_path / "landed_timings.csv").read_text().splitlines())
    assert {name: written[name] for name in row} == {
        "timing_id": "\\-1",
        "seed": "-5",
        "worker": "\\=1+1",
        "target": "\\@a",
        "param_id": "ok",
    }
    (merged,) = write_seeds(tmp_path, {timings: arrow_rows(timings, [row])})
    assert (merged.new, merged.changed, merged.unchanged) == (0, 0, 1)
