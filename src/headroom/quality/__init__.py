"""The gate on the raw tables: Great Expectations decides before dbt runs whether they are usable.

It stops only for their structure: a table or column that is missing or not readable, a column of
another type. Rows are judged by the pull (`headroom.pull`), in the snapshot that it uses.

Importing this package is cheap: Great Expectations takes about 2.5 seconds to import, so it is
imported by the first check.
"""

from headroom.quality.gate import check_source, require_new_structure
from headroom.quality.result import GateFinding, GateRefusedError, GateResult

__all__ = ["GateFinding", "GateRefusedError", "GateResult", "check_source", "require_new_structure"]
