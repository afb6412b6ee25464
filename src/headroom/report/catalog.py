"""Which analyses make up which report, in the order in which they are printed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True)
class Question:
    """One analysis of a report.

    `expected` names the published table (a file in `expected/`); of it, `renamed` maps published
    columns to the analysis's own. `published_at` is the moment the published table was made, where
    it is not the report's.
    """

    analysis: str
    title: str
    expected: str | None = None
    renamed: dict[str, str] = field(default_factory=dict)
    published_at: datetime | None = None


@dataclass(frozen=True)
class Report:
    """A report.

    `published_at` is the exclusive end of what its published tables could see; None where nothing
    was published that it could be checked against.
    """

    name: str
    title: str
    published_at: datetime | None
    questions: tuple[Question, ...]


IMPACT = Report(
    name="impact",
    title="What the command_hash fix changed",
    published_at=datetime(2025, 12, 18, tzinfo=UTC),
    questions=(
        Question(
            "impact_before_after",
            "Before and after the fix",
            "impact_before_after",
            {"before_2025_12_15": "before_count", "after_2025_12_17": "after_count"},
        ),
        Question(
            "impact_q1_runs_at_350gb_daily",
            "Query 1: runs of 350 GB a day",
            "impact_q1_runs_at_350gb_daily",
        ),
        Question(
            "impact_q2_runs_at_350gb_by_alias",
            "Query 2: runs of 350 GB by definition",
            "impact_q2_q5_runs_at_350gb_by_alias",
        ),
        Question(
            "impact_q3_elevated_runs_daily",
            "Query 3: elevated runs of definitions with the ARA flag",
            "impact_q3_elevated_runs_daily",
        ),
        Question(
            "impact_q4_elevated_runs_by_allocation",
            "Query 4: what elevated runs were given",
            "impact_q4_q6_elevated_runs_by_allocation",
        ),
        Question(
            "impact_q5_command_hashes_at_350gb",
            "Query 5: stored hashes of the runs of 350 GB",
            "impact_q2_q5_runs_at_350gb_by_alias",
        ),
        Question(
            "impact_q6_forklift_command_hashes",
            "Query 6: stored hashes of elevated forklift runs",
            "impact_q4_q6_elevated_runs_by_allocation",
        ),
        Question(
            "impact_q7_baseline_vs_allocated",
            "Query 7: runs of 350 GB against their baseline",
            "impact_q7_baseline_vs_allocated",
            # 11 of the day's 14 runs of 350 GB were queued when query 7 ran.
            published_at=datetime(2025, 12, 17, 15, tzinfo=UTC),
        ),
        Question(
            "impact_q8_forklift_memory_daily",
            "Query 8: what forklift was given",
            "impact_q8_q9_forklift_memory_daily",
        ),
        Question(
            "impact_q9_forklift_null_hashes",
            "Query 9: forklift runs without a stored hash",
            "impact_q8_q9_forklift_memory_daily",
        ),
        Question("impact_slips", "Where the published report's sentences differ from the data"),
    ),
)

BUG = Report(
    name="bug",
    title="What the description-based command_hash did",
    published_at=datetime(2025, 11, 25, tzinfo=UTC),
    questions=(
        Question("bug_q1_null_hash_summary", "Runs without a stored hash", "bug_null_hash_summary"),
        Question("bug_q2_worst_shared_hash", "The shared hash with the most OOMs by exit code"),
        Question(
            "bug_q3_high_volume_shared_hashes",
            "The shared hashes with the most runs",
            "bug_high_volume_shared_hashes",
        ),
        Question(
            "bug_q4_contaminated_hashes",
            "The shared hashes with the most OOMs",
            "bug_contaminated_hashes",
        ),
        Question(
            "bug_q5_null_hash_by_definition",
            "Definitions whose runs have commands but no hash",
            "bug_null_hash_by_definition",
        ),
        Question(
            "bug_q6_inherited_memory",
            "The example: a run and the OOM runs it inherited from",
            "bug_ara_inheritance_example",
        ),
        Question("bug_q6_inherited_estimate", "The example's estimate, recomputed"),
        Question("bug_q7_shared_hashes_last_30_days", "Worst contamination of the last 30 days"),
        Question("bug_q8_shared_hashes_near_the_cap", "Shared hashes near the cap, last 7 days"),
        Question("bug_slips", "Where the published report's sentences differ from the data"),
    ),
)

REPLAY = Report(
    name="replay",
    title="Why runs got their memory: the lookup replayed",
    published_at=None,
    questions=(
        Question("replay_attribution_shares", "Runs by what gave them their memory"),
        Question(
            "replay_elevation_by_cause_daily", "Elevated runs a day, by cause (last two weeks)"
        ),
        Question("replay_contamination_by_definition", "Contamination by definition"),
        Question("replay_contamination_by_hash", "Contamination by stored hash"),
        Question("replay_contamination_by_day", "Contamination by day (last two weeks)"),
        Question("replay_worst_contaminators", "The donors whose memory cost other commands most"),
        Question("replay_lineages", "Chains that compounded most"),
        Question("replay_runs_at_the_cap", "Runs at the cap: did they need it?"),
        Question("replay_key_frontier", "Which key: coverage against mixed workloads"),
        Question("replay_null_hashes_by_version", "What a NULL hash meant under each version"),
        Question("replay_hashes_to_backfill", "What a backfill of the stored hashes would change"),
    ),
)

REPORTS = {report.name: report for report in (IMPACT, BUG, REPLAY)}
