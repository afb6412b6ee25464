"""What stands in the page: sections, and the figures of each with their definitions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from headroom.charts import builds, effects, failures, memory, operations, throughput, waste
from headroom.charts.theme import svg
from headroom.report.page.cells import (
    Column,
    Rows,
    chance,
    count,
    digest,
    flag,
    percent,
    text,
    when,
)
from headroom.report.page.cells import memory as gigabytes
from headroom.report.page.cells import points as percentage_points
from headroom.report.page.drawings import chain, matrix

Draw = Callable[[Rows], str]


@dataclass(frozen=True)
class Figure:
    """A figure: an analysis, what it says in a sentence, a drawing, and a table of its rows.

    `draw` gives SVG or HTML, an empty text where the rows have nothing to draw. `is_latest` marks
    what is known only as the last build left it: no earlier moment can be asked for.
    """

    analysis: str
    title: str
    definition: str
    columns: tuple[Column, ...]
    draw: Draw | None = None
    is_latest: bool = False
    if_empty: str = "No rows: nothing of this kind was found."


@dataclass(frozen=True)
class Section:
    """A section: what it is about, the domain and the mart that it needs, its figures.

    `last_moment` is the moment that the domain's history ends with. With `is_of_last_days` the
    marts answer for a window that ends there, and for no earlier moment.
    """

    name: str
    title: str
    question: str
    domain: str
    mart: str
    last_moment: str
    figures: tuple[Figure, ...]
    is_of_last_days: bool = False


def _chart(make: Callable[[Rows], Any], *needs: str) -> Draw:
    """Draw with a chart, where a row has all that the chart `needs`."""

    def draw(rows: Rows) -> str:
        is_drawn = any(all(row[name] for name in needs) for row in rows)
        return svg(make(rows)) if is_drawn else ""

    return draw


FLOTILLA = "max(queued_at) from marts.flotilla__runs"
RATES = (
    count("attempt_count", "attempts"),
    count("failure_count", "failures"),
    percent("failure_rate", "rate"),
    percent("failure_rate_low", "at least"),
    percent("failure_rate_high", "at most"),
    count("expected_failures", "expected failures"),
    chance("q_value", "q"),
    flag("is_flagged", "flagged"),
)
PLACES = (
    "Share of attempts that failed, with its 95% interval. The short tick is the share expected "
    "from what ran there. Coloured: more failures than expected, beyond chance. "
    f"The chart shows at most {failures.MOST_PLACES}, the worst first; the table shows more."
)

MEMORY = Section(
    "memory",
    "Memory",
    "Which runs were given far more than their definition asks for, and who raised it?",
    "flotilla",
    "flotilla__runs",
    FLOTILLA,
    (
        Figure(
            "overview_elevation_daily",
            "Elevated runs a day, by cause",
            "Runs with more than 1.5 times the memory of their definition, by the day on which "
            "they were queued; dashed lines are deployments.",
            (
                when("queued_day", "day"),
                count("ara_run_count", "given by ARA"),
                count("asked_run_count", "asked for"),
                count("other_run_count", "other"),
                text("deployed", "deployed"),
            ),
            _chart(memory.elevated_daily),
        ),
        Figure(
            "overview_worst_chain",
            "The chain in which memory grew most",
            "Each dot is a run that ran out of memory and set the memory of the next one. Red "
            "links: the earlier run had another command. The scale is logarithmic.",
            (
                when("queued_at", "queued (UTC)"),
                text("run_id", "run"),
                text("definition_alias", "definition"),
                text("user_name", "user"),
                Column("memory_mb", "memory", gigabytes),
                flag("is_donor_foreign", "from another command"),
            ),
            chain,
            if_empty="No run was sized through a chain of other commands' runs.",
        ),
        Figure(
            "overview_user_matrix",
            "Whose runs raised whose memory",
            "Excess memory (GB·h) of the last 60 days: runs of the user in the row ran out of "
            "memory, and ARA gave their size to runs of the user in the column, which ran another "
            "command.",
            (
                text("donor_user", "from"),
                text("recipient_user", "to"),
                count("run_count", "runs"),
                count("contaminated_gb_hours", "excess GB·h"),
            ),
            matrix,
            if_empty="No run of the last 60 days was given memory by a run of another command.",
        ),
        Figure(
            "replay_key_frontier",
            "Which key would be better",
            "How each candidate for the key of the lookup would have worked over all of history: "
            "a wider key covers more runs, and mixes more workloads.",
            (
                text("key_candidate", "key"),
                flag("is_migration_option", "a way to migrate"),
                count("key_count", "keys"),
                percent("coverage", "covered"),
                percent("heterogeneity", "mixed"),
                percent("contamination_share", "contaminated"),
                count("cold_start_oom_count", "OOMs without a donor"),
            ),
            _chart(memory.keys_compared, "run_count"),
            is_latest=True,
        ),
        Figure(
            "overview_definitions",
            "Definitions",
            "Runs of the last 60 days by definition. Excess is the memory beyond what a run's own "
            "donors would have given, times the hours it ran.",
            (
                text("definition_alias", "definition"),
                count("run_count", "runs"),
                count("elevated_run_count", "elevated"),
                percent("elevated_share", "share"),
                count("elevated_ara_run_count", "by ARA"),
                count("contaminated_run_count", "contaminated"),
                count("contaminated_gb_hours", "excess GB·h"),
            ),
        ),
    ),
)

HASHES = Section(
    "hashes",
    "Hash health",
    "Is the stored command_hash the md5 of the command, and which hashes mix commands?",
    "flotilla",
    "flotilla__runs",
    FLOTILLA,
    (
        Figure(
            "overview_hash_daily",
            "Runs a day, by what their hash is",
            "What the stored command_hash of each run was computed from. Since the fix it should "
            "be the command wherever a run has one.",
            (
                when("queued_day", "day"),
                count("command_run_count", "command"),
                count("description_run_count", "description"),
                count("client_run_count", "client"),
                count("null_run_count", "no hash"),
                text("deployed", "deployed"),
            ),
            _chart(memory.hashes_daily),
        ),
        Figure(
            "overview_shared_hashes",
            "Shared hashes",
            "Stored hashes under which more than one command ran: ARA takes these commands for "
            "the same workload. The ones with the most OOMs come first.",
            (
                text("definition_alias", "definition"),
                digest("command_hash", "stored hash"),
                count("distinct_commands", "commands"),
                count("run_count", "runs"),
                count("oom_count", "OOMs"),
            ),
            if_empty="No stored hash has more than one command.",
        ),
    ),
)

EFFECTS = Section(
    "effects",
    "Effects",
    "What did each change do, and what shifted without one?",
    "flotilla",
    "effects__changes",
    FLOTILLA,
    (
        Figure(
            "overview_effects",
            "Before and after each change",
            "Shares of runs in the days before and after, with exact 95% bounds. Proven is the "
            "least reduction that the data support; days that are alike count as fewer runs. Two "
            "changes within 48 hours cannot be told apart.",
            (
                text("change", "change"),
                text("outcome", "outcome"),
                when("in_effect_at", "in effect"),
                count("before_run_count", "runs before"),
                percent("before_share", "before"),
                count("after_run_count", "runs after"),
                percent("after_share", "after"),
                percent("after_low", "at least"),
                percent("after_high", "at most"),
                percent("proven_effective_reduction", "proven reduction"),
                text("verdict", "verdict"),
                text("overlapping_change", "too near to"),
            ),
            _chart(effects.before_and_after, "before_run_count", "after_run_count"),
            is_latest=True,
        ),
        Figure(
            "overview_shifts",
            "Shifts that were found",
            "Dates on which a share moved and stayed, at the false discovery rate of the threshold "
            "effect_shift_q_limit over all definitions. Unexplained: no known change is near. Not "
            "proven: more days are needed.",
            (
                text("verdict", "verdict"),
                text("outcome", "outcome"),
                text("cohort", "definition"),
                when("shift_day", "day"),
                text("change", "change"),
                percent("before_share", "before"),
                percent("after_share", "after"),
                count("after_run_count", "runs after"),
                chance("q_value", "q"),
                count("days_needed", "days needed"),
            ),
            is_latest=True,
            if_empty="Nothing shifted.",
        ),
    ),
)

FAILURES = Section(
    "failures",
    "Failures",
    "Which node or image fails more than what ran there explains, when, and what helped?",
    "failures",
    "failures__failures",
    "max(window_until) - interval '1 microsecond' from marts.failures__patterns",
    (
        Figure(
            "overview_nodes",
            "Nodes",
            PLACES,
            (text("node_name", "node"), *RATES),
            _chart(failures.nodes, "attempt_count"),
        ),
        Figure(
            "overview_images",
            "Images",
            PLACES,
            (text("image", "image"), *RATES),
            _chart(failures.images, "attempt_count"),
        ),
        Figure(
            "overview_hours",
            "Hours",
            "Failures by hour of the day (UTC). The tick is the number expected from the hour's "
            "attempts. Coloured: a spike that chance does not explain.",
            (
                count("hour_of_day", "hour"),
                count("failure_count", "failures"),
                count("expected_failure_count", "expected"),
                count("attempt_count", "attempts"),
                flag("is_spike", "spike"),
            ),
            _chart(failures.hours),
        ),
        Figure(
            "overview_solutions",
            "What people tried",
            "Recorded solutions, ranked by the lower 95% bound of their share of successes.",
            (
                text("failure_type", "failure"),
                text("description", "solution"),
                count("success_count", "worked"),
                count("tried_count", "of"),
                percent("success_rate_low", "at least"),
            ),
            is_latest=True,
            if_empty="No solution is recorded: `headroom failures record-solution` records one.",
        ),
        Figure(
            "overview_what_helped",
            "What retries show",
            "How many retries of failed jobs worked, by what was changed, beside retries that "
            "changed nothing. Observational, not randomized.",
            (
                text("failure_type", "failure"),
                text("change_made", "changed"),
                count("retry_count", "retries"),
                percent("success_rate", "worked"),
                percent("success_rate_low", "at least"),
                percent("success_rate_high", "at most"),
                Column("uplift", "against unchanged", percentage_points),
            ),
            if_empty="No failed job was tried again.",
        ),
    ),
    is_of_last_days=True,
)

WASTE = Section(
    "waste",
    "Waste",
    "What was paid for memory that nobody used, and what should jobs ask for?",
    "failures",
    "waste__attempts_daily",
    "max(submitted_at) from marts.attempts__attempts",
    (
        Figure(
            "overview_waste_daily",
            "What became of the memory",
            "Memory-hours of attempts that have ended, by the day on which they were submitted. "
            "An attempt without a peak, or with one at its limit, is not measured.",
            (
                when("submitted_day", "day"),
                count("memory_gb_hours", "all, GB·h"),
                count("used_gb_hours", "used"),
                count("over_allocated_gb_hours", "over-allocated"),
                count("lost_to_oom_gb_hours", "lost to OOM"),
                count("lost_to_failure_gb_hours", "lost to other failures"),
                count("unmeasured_gb_hours", "not measured"),
            ),
            _chart(waste.bill_daily),
            is_latest=True,
        ),
        Figure(
            "overview_requests",
            "What to ask for",
            "Requests that differ from what most attempts of the last 30 days asked for. Each is "
            "above all measured peaks of these days. A saving below 0 is what fewer OOMs cost.",
            (
                text("job_name", "job"),
                text("source", "source"),
                text("advice", "advice"),
                Column("usual_request_mb", "now", gigabytes),
                Column("recommended_mb", "ask for", gigabytes),
                count("known_count", "attempts"),
                count("day_count", "days"),
                percent("oom_probability_high", "OOM at most"),
                count("saving_gb_hours", "saves, GB·h"),
                count("saving_cost", "saves"),
                text("currency", "currency"),
            ),
            is_latest=True,
            if_empty="No request differs much from what is needed, or too little is known.",
        ),
        Figure(
            "overview_waste_jobs",
            "Jobs that waste most",
            "The last 30 days of each source. Wasted is what was over-allocated, and what attempts "
            "that failed held; the cost takes the prices of the seed memory_prices.",
            (
                text("job_name", "job"),
                text("source", "source"),
                count("attempt_count", "attempts"),
                count("memory_gb_hours", "all, GB·h"),
                count("wasted_gb_hours", "wasted"),
                count("contaminated_gb_hours", "contaminated"),
                count("unmeasured_gb_hours", "not measured"),
                count("memory_cost", "cost"),
                count("wasted_cost", "cost of waste"),
                text("currency", "currency"),
            ),
            is_latest=True,
        ),
    ),
)

BUILDS = Section(
    "builds",
    "Builds",
    "Which build is unstable, and where did its CPU or memory jump?",
    "builds",
    "builds__builds",
    "max(built_at) from marts.builds__builds",
    (
        Figure(
            "overview_build_samples",
            "The build with the most anomalies",
            "CPU and memory of the build over its time (UTC); dots are samples that a rule "
            "flagged.",
            (
                when("sampled_at", "sampled (UTC)"),
                text("build_id", "build"),
                count("cpu_pct", "CPU, %"),
                count("memory_used_gb", "memory, GB"),
                text("found", "flagged by"),
            ),
            _chart(builds.samples),
            if_empty="No build has samples.",
        ),
        Figure(
            "overview_builds",
            "Builds",
            "The last 50 builds. Consistency is 1 for a machine whose load never changes; "
            "anomalies count samples that Headroom's rules flag.",
            (
                text("build_id", "build"),
                text("region", "region"),
                text("status", "status"),
                when("built_at", "built (UTC)"),
                count("sample_count", "samples"),
                count("cpu_peak_pct", "CPU peak, %"),
                percent("memory_peak_share", "memory peak"),
                count("anomaly_count", "anomalies"),
                Column("overall_consistency", "consistency", "{:.2f}".format),
            ),
        ),
    ),
)

THROUGHPUT = Section(
    "throughput",
    "Throughput",
    "Where does the time of simulations go, which worker is slow, and does moving data dominate?",
    "throughput",
    "throughput__timings",
    "max(logged_at) from marts.throughput__timings",
    (
        Figure(
            "overview_workers",
            "Workers",
            "Busy: the share of its time in which a worker computed. A slow task took unusually "
            f"long for its kind. The chart shows at most {throughput.MOST_WORKERS} workers, those "
            "with the most slow tasks; the table shows more.",
            (
                text("calibration", "calibration"),
                text("experiment", "experiment"),
                text("worker", "worker"),
                count("task_count", "tasks"),
                percent("busy_share", "busy"),
                Column("skew", "busy against the mean", "{:.2f}".format),
                count("straggler_count", "slow tasks"),
                count("warning_count", "warnings"),
            ),
            _chart(throughput.workers, "busy_share"),
            is_latest=True,
        ),
        Figure(
            "overview_calibrations",
            "Transfer against compute",
            "How the workers' time divides into computing and moving data, where a performance "
            "report was loaded; log lines alone show no transfer.",
            (
                text("calibration", "calibration"),
                text("experiment", "experiment"),
                count("trial_count", "trials"),
                count("trial_median_seconds", "median trial, s"),
                percent("busy_share", "busy"),
                count("duplicated_mb", "read twice, MB"),
                percent("transfer_share", "transfer"),
                text("verdict", "verdict"),
            ),
            _chart(throughput.transfer, "transfer_seconds"),
            is_latest=True,
        ),
    ),
)

OPERATIONS = Section(
    "operations",
    "Operations",
    "Are the marts fresh, and how did their last builds go?",
    "operations",
    "operations__builds",
    "max(started_at) from marts.operations__builds",
    (
        Figure(
            "overview_builds_made",
            "Builds of the marts",
            "How long each of the last 60 builds by `headroom` took, and how it ended.",
            (
                count("build_id", "build"),
                when("started_at", "started (UTC)"),
                text("status", "ended"),
                count("duration_seconds", "seconds"),
                flag("is_slow", "slow"),
                count("new_runs", "new runs"),
                count("changed_runs", "changed runs"),
                count("tests_failed", "tests failed"),
                count("tests_warned", "warned"),
            ),
            _chart(operations.builds_made, "duration_seconds"),
        ),
        Figure(
            "overview_marts",
            "Marts",
            "The build that last made each mart. A held mart keeps what an earlier "
            "build made, because something above it failed.",
            (
                text("mart_name", "mart"),
                count("build_id", "build"),
                when("made_at", "made (UTC)"),
                when("held_since", "held since (UTC)"),
                text("held_because", "because of"),
            ),
            is_latest=True,
        ),
    ),
)

SECTIONS = (MEMORY, HASHES, EFFECTS, FAILURES, WASTE, BUILDS, THROUGHPUT, OPERATIONS)
# What the first screen is made of, by the section whose moment and data it needs.
FLEET, FIX, ALERTS, RECOMMENDATIONS = (
    "overview_fleet",
    "overview_fix",
    "overview_alerts",
    "overview_recommendations",
)
FIRST_SCREEN = {FLEET: MEMORY, FIX: MEMORY, ALERTS: OPERATIONS, RECOMMENDATIONS: FAILURES}


def every_analysis() -> list[str]:
    """Name the analyses that the page needs."""
    figures = [figure.analysis for section in SECTIONS for figure in section.figures]
    return [*FIRST_SCREEN, *figures]
