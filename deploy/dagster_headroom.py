"""Headroom in Dagster: each model is an asset, and one `headroom run` makes them all.

pip install 'headroom[dagster]', set Headroom's variables, then: dagster dev -f dagster_headroom.py
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter

import dagster as dg
from dagster_dbt import build_dbt_asset_specs

from headroom.dbt import run_dbt
from headroom.dbt_folders import target_folder
from headroom.errors import WarehouseUnavailableError
from headroom.settings import Settings
from headroom.warehouse import open_warehouse

# All was well, a part of the source was refused, a node failed: the build wrote down what it made.
BUILT = (0, 3, 4)
MADE = """
    select node_name, parts_made
    from headroom_operations.node_runs
    where build_id = (select max(build_id) from headroom_operations.builds)
    and node_kind in ('model', 'snapshot', 'seed') and status = 'success'
"""


def read_specs() -> list[dg.AssetSpec]:
    """Let dbt parse the project, and give an asset for each model, snapshot and seed.

    What a run has no reason to make is not materialized: see `headroom plan`.
    """
    run_dbt(Settings.from_environment(), ["parse"])
    manifest = json.loads((target_folder() / "manifest.json").read_text(encoding="utf-8"))
    return [spec._replace(skippable=True) for spec in build_dbt_asset_specs(manifest=manifest)]


SPECS = read_specs()
# Dagster takes an asset after those that it is made from.
ORDER = TopologicalSorter({spec.key: {dep.asset_key for dep in spec.deps} for spec in SPECS})
KEYS = [key for key in ORDER.static_order() if key in {spec.key for spec in SPECS}]


@dg.multi_asset(name="headroom_run", specs=SPECS)
def marts(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    """Wait, build, send alerts; then say which models were made."""
    command = [sys.executable, "-m", "headroom.cli", "run", "--wait", "30m", "--log-format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            context.log.info(json.loads(line)["message"])
    if process.returncode in BUILT:
        with open_warehouse(Settings.from_environment(), read_only=True) as warehouse:
            made = dict(warehouse.query(MADE).rows)
        for key in KEYS:
            if key.path[-1] in made:
                yield dg.MaterializeResult(
                    asset_key=key, metadata={"parts_made": made[key.path[-1]] or "in full"}
                )
    if process.returncode:
        raise dg.Failure(
            f"headroom run ended with exit code {process.returncode}; see the log above",
            # The others do not pass by themselves.
            allow_retries=process.returncode == WarehouseUnavailableError.exit_code,
        )


every_hour = dg.ScheduleDefinition(
    name="headroom_every_hour",
    job=dg.define_asset_job("headroom_job", selection=[marts]),
    cron_schedule="20 * * * *",
)
definitions = dg.Definitions(assets=[marts], schedules=[every_hour])
