"""The gate on the raw tables: Great Expectations decides before dbt runs whether a load is usable.

It stops only for what makes the load unusable: a table or column that is missing, a column of
another type, a key that is NULL or not unique, a run queued in the future. Everything else that is
odd about a run is a column of `flotilla__runs`, counted there.

Importing this package is cheap: Great Expectations takes about 2.5 seconds to import, so it is
imported by the first check.
"""

from headroom.quality.gate import check_source, require_source
from headroom.quality.result import GateFinding, GateRefusedError, GateResult

__all__ = ["GateFinding", "GateRefusedError", "GateResult", "check_source", "require_source"]
