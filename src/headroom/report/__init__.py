"""Reports: SQL analyses of `analyses/`, run as of a moment, printed, and checked.

A report is a list of analyses (`catalog`). dbt compiles them once (`compiled`), they run on the
marts of either engine, and `check` compares them with the expected tables kept beside this file.
"""

from headroom.report.catalog import REPORTS, Report
from headroom.report.run import Answer, Answers, run_report
from headroom.report.subject import Request

__all__ = ["REPORTS", "Answer", "Answers", "Report", "Request", "run_report"]
