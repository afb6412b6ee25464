"""The published figures are those of one history: when they may stand beside the data."""

from headroom.fleet.write import is_marked
from headroom.settings import MARTS_SCHEMA, Settings
from headroom.warehouse import Warehouse

# What the documents look at: the impact report's definition and the bug report's example.
DEFINITION = "forklift-deploy-model-v1"
EXAMPLE_RUN = "eks-0d33-a443-43b9-45f9-04b780868880"


def is_reference_fleet(warehouse: Warehouse, settings: Settings) -> bool:
    """Say whether marts and raw tables are the reference fleet's, in which the figures hold.

    The raw tables carry the fleet's marker; the marts hold its example, because they may have been
    built from another schema than the one that the settings name now.
    """
    if not is_marked(warehouse, settings):
        return False
    found = warehouse.scalar(
        f"select count(*) from {MARTS_SCHEMA}.flotilla__runs where run_id = '{EXAMPLE_RUN}'"
    )
    return bool(found)
