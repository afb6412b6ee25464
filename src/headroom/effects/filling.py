"""The exact bounds of `effects__changes`: what is missing is computed after a build counted.

They are a function of the counts alone, so a row is never stale and never computed twice.
"""

from dataclasses import asdict, fields

from headroom.dbt import run_dbt
from headroom.effects.sides import Sides
from headroom.errors import BuildFailedError
from headroom.operations import SCHEMA
from headroom.settings import MARTS_SCHEMA, Settings
from headroom.warehouse import Warehouse, open_warehouse

MART = "effects__changes"
KEY = tuple(field.name for field in fields(Sides))


def complete_effects(settings: Settings) -> int:
    """Compute the bounds that the mart lacks, and make it again with them; give how many.

    Raises BuildFailedError where the mart cannot be made.
    """
    with open_warehouse(settings) as warehouse:
        missing = _missing(warehouse)
        if missing:
            _add(warehouse, missing)
    if missing:
        run = run_dbt(settings, ["run", "--select", MART])
        if run.returncode != 0:
            raise BuildFailedError(f"{MART} was not made again", "\n".join(run.messages))
    return len(missing)


def _missing(warehouse: Warehouse) -> list[Sides]:
    if MART not in warehouse.readable(MARTS_SCHEMA):
        return []
    same = " and ".join(f"counted.{name} = bounds.{name}" for name in KEY)
    found = warehouse.query(
        f"select distinct {', '.join(f'counted.{name}' for name in KEY)}"
        f" from {MARTS_SCHEMA}.{MART} as counted"
        f" where not exists (select 1 from {SCHEMA}.effect_bounds as bounds where {same})"
    )
    return [Sides(*row) for row in found.rows]


def _add(warehouse: Warehouse, missing: list[Sides]) -> None:
    # A build without new counts does not wait for them.
    import pyarrow as pa  # noqa: PLC0415

    from headroom.effects.exact import compute_bounds  # noqa: PLC0415

    rows = [asdict(sides) | asdict(compute_bounds(sides)) for sides in missing]
    warehouse.load(f"{SCHEMA}.effect_bounds", [pa.RecordBatch.from_pylist(rows)])
