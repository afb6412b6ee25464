"""ARA's policy versions, read from their one home: the reference seed."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

import numpy as np

from headroom.errors import UsageError
from headroom.fleet.clock import DAY, Ints, instant
from headroom.seeds import read_seed

# The reference fleet lives under the documents' own rules.
ENVIRONMENT = "production"
SEED = "ara_policy_versions"
_Meaning = TypeVar("_Meaning")

_HASHES_COMMAND = {
    "md5(description)": False,
    "md5(command)": True,
    "md5(command), else md5(description) for engine eks-spark": True,
}
_HASHES_SPARK_DESCRIPTION = {
    "md5(description)": True,
    "md5(command)": False,
    "md5(command), else md5(description) for engine eks-spark": True,
}
_NULL_MATCHES_DEFINITION = {
    "matches nothing": False,
    "matches every OOM of the definition": True,
    "ARA skipped": False,
}
_DEFINITION_GPU = {"run.gpu only": False, "run.gpu or definition.gpu": True}


@dataclass(frozen=True)
class Policy:
    """The rules in force from `valid_from` on (microseconds)."""

    name: str
    valid_from: int
    hashes_command: bool
    hashes_spark_description: bool
    null_matches_definition: bool
    definition_gpu_counts: bool
    multiplier: Decimal
    percentile: Decimal
    window: int
    donor_limit: int
    floor_mb: int
    cap_mb: int

    def estimate(self, donor_memory: list[int]) -> tuple[int, bool]:
        """Size a run from the donors that were read; say whether the cap cut it."""
        rank = int((self.percentile * len(donor_memory)).to_integral_value("ROUND_CEILING"))
        chosen = sorted(donor_memory)[rank - 1]
        raw = int((self.multiplier * chosen).to_integral_value(ROUND_HALF_UP))
        return min(max(raw, self.floor_mb), self.cap_mb), raw > self.cap_mb


def _meaning(row: dict[str, str], column: str, known: dict[str, _Meaning]) -> _Meaning:
    try:
        return known[row[column]]
    except KeyError:
        raise UsageError(
            f"{SEED}.csv: {column} {row[column]!r} of version {row['policy_version']!r} "
            "is a rule the fleet cannot follow",
            f"known rules: {'; '.join(known)}",
        ) from None


def read_policies() -> list[Policy]:
    """Read all versions of the fleet's environment, oldest first."""
    rows = [row for row in read_seed(SEED) if row["environment"] == ENVIRONMENT]
    policies = [
        Policy(
            name=row["policy_version"],
            valid_from=instant(row["valid_from_utc"]),
            hashes_command=_meaning(row, "hash_rule", _HASHES_COMMAND),
            hashes_spark_description=_meaning(row, "hash_rule", _HASHES_SPARK_DESCRIPTION),
            null_matches_definition=_meaning(row, "null_hash_rule", _NULL_MATCHES_DEFINITION),
            definition_gpu_counts=_meaning(row, "gpu_rule", _DEFINITION_GPU),
            multiplier=Decimal(row["memory_multiplier"]),
            percentile=Decimal(row["percentile"]),
            window=int(row["window_days"]) * DAY,
            donor_limit=int(row["donor_limit"]),
            floor_mb=int(row["min_memory_mb"]),
            cap_mb=int(row["max_memory_mb"]),
        )
        for row in rows
    ]
    return sorted(policies, key=lambda policy: policy.valid_from)


def version_of(policies: list[Policy], queued: Ints) -> Ints:
    """Give each run the position of the version in force when it was queued."""
    starts = np.array([policy.valid_from for policy in policies])
    return np.searchsorted(starts, queued, side="right") - 1
