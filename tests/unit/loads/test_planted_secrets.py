"""Planted secrets do not land: all free text of all landed tables, and names with a sure form."""

import pyarrow as pa
import pytest

from headroom.landed.contract import landed_tables
from headroom.landed.landing import arrow_rows
from headroom.landed.masks import KEYS, mask_batches
from headroom.loads.perf_logs.fast import SCHEMA
from headroom.loads.perf_logs.load import MASKED, _without_secrets
from tests.support.corpora import planted

# Masked as JSON, by `mask_json`.
AS_JSON = {"extra_fields"}
SURE = ["https://me:hunter2@reg/x", "tcp://u:hunter2@10.0.0.1:8786", "x --password=hunter2"]
NAMES = ["tcp://10.0.0.1:40123", "registry:5000/token:3", "secret:1.2", "ml/tokenizer:3.0", "gpu-3"]
NAMES += [f"registry:5000/x@sha256:{'a' * 64}", "default-token-x7k2p", "password-rotation-2"]


def texts_of(name: str) -> list[str]:
    """Give the text columns of a landed table that are not keys."""
    columns = landed_tables()[name].columns.items()
    return [
        column
        for column, kind in columns
        if kind == "text" and not column.endswith(KEYS) and column not in AS_JSON
    ]


def masked_rows(name: str, columns: list[str], values: list[str]) -> list[dict[str, str]]:
    table = landed_tables()[name]
    rows = arrow_rows(table, [dict.fromkeys(columns, value) for value in values])
    return [row for batch in mask_batches(table, rows) for row in batch.to_pylist()]


@pytest.mark.parametrize("name", sorted(landed_tables()))
def test_planted_secrets_land_in_no_free_text(name: str) -> None:
    columns = list(landed_tables()[name].free_text)
    assert set(columns) <= set(texts_of(name))
    found = masked_rows(name, columns, [case.text for case in planted()])
    for case, row in zip(planted(), found, strict=True):
        assert {row[column] for column in columns} <= {case.shown}


@pytest.mark.parametrize("name", sorted(landed_tables()))
def test_secrets_of_a_sure_form_land_in_no_name_and_names_stay(name: str) -> None:
    columns = texts_of(name)
    assert "hunter2" not in str(masked_rows(name, columns, SURE))
    names = [column for column in columns if column not in landed_tables()[name].free_text]
    for row, value in zip(masked_rows(name, names, NAMES), NAMES, strict=True):
        assert {row[column] for column in names} <= {value}


def test_workers_of_timings_that_are_read_in_bulk_are_masked() -> None:
    values = [*SURE, *NAMES]
    arrays = [
        pa.array(values) if field.name in MASKED else pa.nulls(len(values), field.type)
        for field in SCHEMA
    ]
    batch = _without_secrets(pa.RecordBatch.from_arrays(arrays, schema=SCHEMA))
    for name in MASKED:
        found = batch.column(name).to_pylist()
        assert "hunter2" not in str(found)
        assert found[len(SURE) :] == NAMES
