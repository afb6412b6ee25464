"""Which analyses make up which report, in the order in which they are printed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True)
class Question:
    """One analysis of a report.

    `title` has places for what the report is about (`headroom.report.subject`); a question `about`
    something that the data do not have is left out. `expected` names the published table (a file in
    `expected/`); of it, `renamed` maps published columns to the analysis's own, and `reworded`
    published texts. `published_at` is the moment the published table was made, where it is not the
    report's. `is_erratum` marks what compares published sentences with the data.
    """

    analysis: str
    title: str
    expected: str | None = None
    renamed: dict[str, str] = field(default_factory=dict)
    reworded: dict[str, str] = field(default_factory=dict)
    published_at: datetime | None = None
    about: str | None = None
    is_erratum: bool = False


@dataclass(frozen=True)
class Report:
    """A report.

    `subject` names the analysis that finds what the report is about. `published_at` is the
    exclusive end of what its published tables could see; None where nothing was published that it
    could be checked against.
    """

    name: str
    title: str
    published_at: datetime | None
    questions: tuple[Question, ...]
    subject: str | None = None


IMPACT = Report(
    name="impact",
    title="What the command_hash fix changed",
    published_at=datetime(2025, 12, 18, tzinfo=UTC),
    subject="impact_subject",
    questions=(
        Question(
            "impact_before_after",
            "Before and after the fix: {days}",
            "impact_before_after",
            renamed={"before_2025_12_15": "before_count", "after_2025_12_17": "after_count"},
            reworded={
                "runs_at_350gb": "runs_at_cap",
                "forklift_elevated_runs": "elevated_runs_of_definition",
                "total_elevated_runs": "runs_at_cap_or_elevated",
            },
        ),
        Question(
            "impact_q1_runs_at_cap_daily",
            "Runs at the cap ({cap}) a day",
            "impact_q1_runs_at_350gb_daily",
        ),
        Question(
            "impact_q2_runs_at_cap_by_alias",
            "Runs at the cap ({cap}) by definition",
            "impact_q2_q5_runs_at_350gb_by_alias",
        ),
        Question(
            "impact_q3_elevated_runs_daily",
            "Elevated runs of definitions with the ARA flag",
            "impact_q3_elevated_runs_daily",
        ),
        Question(
            "impact_q4_elevated_runs_by_allocation",
            "What elevated runs were given",
            "impact_q4_q6_elevated_runs_by_allocation",
        ),
        Question(
            "impact_q5_command_hashes_at_cap",
            "Stored hashes of the runs at the cap ({cap})",
            "impact_q2_q5_runs_at_350gb_by_alias",
        ),
        Question(
            "impact_q6_definition_command_hashes",
            "Stored hashes of elevated runs of {definition}",
            "impact_q4_q6_elevated_runs_by_allocation",
            about="definition",
        ),
        Question(
            "impact_q7_baseline_vs_allocated",
            "Runs at the cap ({cap}) against their baseline",
            "impact_q7_baseline_vs_allocated",
            # 11 of the day's 14 runs of 350 GB were queued when query 7 ran.
            published_at=datetime(2025, 12, 17, 15, tzinfo=UTC),
        ),
        Question(
            "impact_q8_definition_memory_daily",
            "What {definition} was given",
            "impact_q8_q9_forklift_memory_daily",
            about="definition",
        ),
        Question(
            "impact_q9_definition_null_hashes",
            "Runs of {definition} without a stored hash",
            "impact_q8_q9_forklift_memory_daily",
            about="definition",
        ),
        Question(
            "impact_slips",
            "Where the published report's sentences differ from the data",
            is_erratum=True,
        ),
    ),
)

BUG = Report(
    name="bug",
    title="What the description-based command_hash did",
    published_at=datetime(2025, 11, 25, tzinfo=UTC),
    subject="bug_subject",
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
            "The example: {run} and the OOM runs it inherited from",
            "bug_ara_inheritance_example",
            about="run",
        ),
        Question("bug_q6_inherited_estimate", "The example's estimate, recomputed", about="run"),
        Question("bug_q7_shared_hashes_last_30_days", "Worst contamination of the last 30 days"),
        Question(
            "bug_q8_shared_hashes_near_the_cap",
            "Shared hashes with runs of {near_cap} or more, last 7 days",
        ),
        Question(
            "bug_slips",
            "Where the published report's sentences differ from the data",
            is_erratum=True,
        ),
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
