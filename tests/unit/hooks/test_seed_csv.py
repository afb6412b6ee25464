"""Text survives the way through a seed CSV, whatever it is."""

import csv
import io

from hypothesis import example, given
from hypothesis import strategies as st

from headroom.hooks.seed_csv import escape, unescape


@given(st.none() | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
@example("")
@example("null")
@example(" NULL ")
@example("\\")
@example("~r\r\n~t")
@example("\u3000")
def test_text_survives_a_csv_as_dbt_reads_it(value: str | None) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerow(["key", escape(value)])
    # dbt opens seeds with universal newlines: a carriage return would become a line feed.
    text = file.getvalue().replace("\r\n", "\n").replace("\r", "\n")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows == [["key", escape(value)]]
    assert unescape(rows[0][1]) == value
    if value is not None:
        # dbt takes these for NULL.
        assert rows[0][1].strip().lower() not in ("", "null")
