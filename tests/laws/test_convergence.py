"""Convergence: after any order of changes, runs, kills and faults, one more complete run puts the tables right.

What is promised row by row is in `ledger.py`, when a row counts as read in `reading.py`, and what may happen in
`changes.py` and `strategies.py`.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.laws.machine import Convergence
from tests.laws.phases import PHASES

# How long an example takes says more about the machine than about the tap; that chance is choosy is meant.
SETTINGS = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


def test_any_order_of_changes_and_runs_converges() -> None:
    law = settings(SETTINGS, max_examples=4, stateful_step_count=10, derandomize=True, database=None, phases=PHASES)
    run_state_machine_as_test(Convergence, settings=law)


@pytest.mark.long
def test_any_order_of_changes_and_runs_converges_at_length() -> None:
    law = settings(SETTINGS, max_examples=int(os.environ.get("EXAMPLES", "3000")), stateful_step_count=30)
    run_state_machine_as_test(Convergence, settings=law)
