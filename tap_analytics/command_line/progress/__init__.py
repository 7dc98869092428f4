"""What is told of a run while it goes on, and at its end.

In: the report of a run (`sync/report.py`), which others fill. Out: a live table on a terminal or lines in the log, and
a summary. Called by the tap.
"""

from __future__ import annotations

from tap_analytics.command_line.progress.lines import connection_test_lines
from tap_analytics.command_line.progress.summary import refusal_summed_up
from tap_analytics.command_line.progress.watching import watched

__all__ = ["connection_test_lines", "refusal_summed_up", "watched"]
