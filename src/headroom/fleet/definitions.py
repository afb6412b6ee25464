"""The definitions of the fleet: those the documents name, and invented ones around them."""

from dataclasses import dataclass
from hashlib import md5

PYTHON_3_9 = "sf-base_python-3_9-59ab1a32-cdda-4eb8-5824-49d17d96b1fd"
PYTHON_3_11 = "sf-base_python-3_11-7449eda4-b8b3-4146-77c5-a47f8caac81b"
PYTORCH_PY3_8 = "sf-base_pytorch2-24__5-py3-505a283c-1e0a-43da-4c9b-071d3b5e8f26"
PYTORCH_PY3_1 = "sf-base_pytorch2-24__5-py3-ceef4c9e-6ebc-41e5-6cef-a334aed6e829"
DATA_PLATFORM = "data-platform-d834291f-d984-408e-5da4-8646f7e2f5b7"
PLATFORM = "platform-8a651dbe-1794-485b-6ba4-ba58b4a10212"

TEAMS = (
    "inventory",
    "styling",
    "pricing",
    "search",
    "forecasting",
    "logistics",
    "marketing",
    "payments",
    "merch",
    "client-growth",
    "recommendations",
    "experimentation",
)
_JOBS = (
    ("features", 1024, True),
    ("scoring", 2048, None),
    ("export", 256, None),
    ("training", 8000, True),
    ("backfill", 4000, False),
    ("reports", 512, True),
    ("sync", 1000, False),
    ("simulation", 2000, None),
)
_SPARK_TEAMS = {"inventory", "forecasting", "marketing", "merch", "recommendations", "payments"}
_GPU_TEAMS = {"styling", "search", "recommendations", "forecasting"}
_DROPPED = {"logistics-sync", "payments-simulation", "search-export"}


@dataclass(frozen=True)
class Definition:
    """One definition, with what the generator knows of it beyond its row."""

    definition_id: str
    alias: str
    group: str
    memory: int
    cpu: int = 1000
    gpu: int = 0
    flag: bool | None = False
    engine: str = "eks"
    image: str = "python-3.11"
    kind: str = "background"  # background, calm, volume, null or published
    dropped: bool = False  # its runs remain, its row is gone

    @property
    def default_mb(self) -> int:
        """The memory that a run gets from the definition alone."""
        return max(512, self.memory)


def invented_id(group: str, alias: str) -> str:
    """Make a definition id as Flotilla writes them, the same for every seed."""
    text = md5(alias.encode(), usedforsecurity=False).hexdigest()
    return f"{group}-{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _published() -> list[Definition]:
    def base(definition_id: str, alias: str, memory: int, flag: bool | None) -> Definition:
        return Definition(
            definition_id, alias, "sf-base", memory, flag=flag, image=alias, kind="published"
        )

    forklift = "forklift-deploy-model-v1"
    return [
        base(PYTHON_3_9, "python-3.9", 1024, False),
        base(PYTHON_3_11, "python-3.11", 50, None),
        base(PYTORCH_PY3_8, "pytorch2-24.05-py3_8", 50, False),
        base(PYTORCH_PY3_1, "pytorch2-24.05-py3_1", 50, None),
        Definition(
            DATA_PLATFORM, "data-platform-jobs", "data-platform", 2000, flag=False, kind="published"
        ),
        Definition(PLATFORM, "platform-tools", "platform", 1024, flag=None, kind="published"),
        Definition(
            invented_id("ml-platform", forklift), forklift, "ml-platform", 8000, flag=True,
            kind="published", image="forklift-runner",
        ),
    ]  # fmt: skip


def _volume() -> list[Definition]:
    return [
        Definition(
            invented_id(group, alias), alias, group, memory, flag=flag, kind="volume"
        )
        for group, alias, memory, flag in (
            ("styling", "style-score-worker", 1024, True),
            ("search", "search-index-shard", 2048, None),
            ("inventory", "stock-level-tick", 512, True),
        )
    ]  # fmt: skip


# (alias, team, baseline, flag, engine): definitions whose runs carry no description.
_NULL_DEFINITIONS: tuple[tuple[str, str, int, bool | None, str], ...] = (
    ("warehouse-compaction", "data-platform", 4000, None, "eks-spark"),
    ("clickstream-rollup", "marketing", 8000, False, "eks-spark"),
    ("assortment-join", "merch", 8000, True, "eks-spark"),
    ("shipment-facts", "logistics", 4000, None, "eks-spark"),
    ("queue-janitor", "platform", 512, True, "eks"),
    ("token-refresh", "platform", 256, False, "eks"),
    ("price-feed-poll", "pricing", 1024, None, "eks"),
    ("label-printer", "logistics", 1000, False, "eks"),
    ("payout-check", "payments", 2048, True, "eks"),
    ("image-resize", "merch", 1024, False, "eks"),
    ("survey-import", "client-growth", 1000, None, "eks"),
    ("model-registry-gc", "ml-platform", 2000, False, "eks"),
    ("image-entrypoint", "platform", 512, False, "eks"),
    ("sidecar-probe", "platform", 512, None, "eks"),
    ("adhoc-notebook", "experimentation", 2000, None, "eks"),
    ("adhoc-shell", "platform", 1000, False, "eks"),
    ("adhoc-sql", "data-platform", 1024, None, "eks"),
)


def _without_description() -> list[Definition]:
    return [
        Definition(
            invented_id(group, alias), alias, group, memory, flag=flag, engine=engine, kind="null"
        )
        for alias, group, memory, flag, engine in _NULL_DEFINITIONS
    ]


def definitions_of_teams(suffix: str = "") -> list[Definition]:
    """Give each team a definition of each kind of job."""
    made = []
    for team in TEAMS:
        for job, memory, flag in _JOBS:
            alias = f"{team}-{job}{suffix}"
            spark = job == "backfill" and team in _SPARK_TEAMS
            gpu = 1 if job == "training" and team in _GPU_TEAMS else 0
            made.append(
                Definition(
                    invented_id(team, alias), alias, team, memory,
                    cpu=250 * (1 + memory // 1000), gpu=gpu, flag=flag,
                    engine="eks-spark" if spark else "eks",
                    image="spark-3.5" if spark else "cuda-12" if gpu else f"{team}-runtime",
                    dropped=alias in _DROPPED,
                )
            )  # fmt: skip
    return made


def _heartbeat() -> Definition:
    return Definition(
        invented_id("platform", "heartbeat"), "heartbeat", "platform", 512, flag=True, kind="calm"
    )


class Catalogue:
    """All definitions, found by position, id or alias."""

    def __init__(self) -> None:
        """Make the list; it depends on nothing."""
        self.all = [
            *_published(), *_volume(), *_without_description(), *definitions_of_teams(),
            _heartbeat(),
        ]  # fmt: skip
        self._by_name = {
            **{item.alias: place for place, item in enumerate(self.all)},
            **{item.definition_id: place for place, item in enumerate(self.all)},
        }

    def place(self, name: str) -> int:
        """Give the position of the definition with this alias or id."""
        return self._by_name[name]

    def of_kind(self, *kinds: str) -> list[int]:
        """Give the positions of all definitions of these kinds."""
        return [place for place, item in enumerate(self.all) if item.kind in kinds]
