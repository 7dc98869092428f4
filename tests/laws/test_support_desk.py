"""The law of convergence for the desk of the support API: whatever happened, also in a run, one more run shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from analytics_sandbox import Sandbox
from analytics_sandbox.wire import instant
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.runs import run_here
from tests.integration.support import STREAMS, table_of
from tests.laws.phases import PHASES
from tests.singer import Tables

if TYPE_CHECKING:
    from analytics_sandbox import Request

Verb = Literal["add", "close", "reopen", "answer", "open", "macro", "field"]
Change = tuple[Verb, int, int]
"""What happens, to which row, and after how many requests of the run."""

VERBS: st.SearchStrategy[Verb] = st.sampled_from(["add", "close", "reopen", "answer", "open", "macro", "field"])
CHANGES = st.lists(st.tuples(VERBS, st.integers(0, 20), st.integers(0, 60)), max_size=6)
DESK = [name for name in STREAMS if name not in {"account", "customers", "customer_custom_fields"}]


def happen(sandbox: Sandbox, verb: Verb, row: int) -> None:
    """Let something happen; to a row that is not there nothing can."""
    world = sandbox.world
    acts = {
        "close": ("tickets", world.close_ticket),
        "reopen": ("tickets", world.reopen_ticket),
        "answer": ("satisfaction_surveys", world.answer_survey),
        "open": ("messages", world.open_message),
        "macro": ("macros", world.archive_macro),
        "field": ("custom_fields", world.archive_custom_field),
    }
    if verb == "add":
        world.add_tickets()
        return
    table, act = acts[verb]
    rows = world.rows(f"support/{table}")
    if verb in {"answer", "open"}:
        # What comes later than the look-back only a whole read finds.
        rows = [each for each in rows if instant(each["created_datetime"]) >= world.anchor]
    if rows:
        act(rows[row % len(rows)]["id"])


@settings(max_examples=5, deadline=None, phases=PHASES)
@given(histories=st.lists(CHANGES, min_size=1, max_size=3), page_size=st.integers(2, 20), seed=st.integers(0, 3))
def test_one_more_run_makes_every_table_of_the_desk_equal_to_the_source(
    histories: list[list[Change]], page_size: int, seed: int
) -> None:
    with Sandbox(seed=seed, size=3) as sandbox:
        tables, state = Tables(), None
        config = {**sandbox.support_config, "page_size": page_size}
        for changes in (*histories, []):
            due = sorted(changes, key=lambda change: change[2], reverse=True)
            asked = 0

            def before(_request: Request, due: list[Change] = due) -> None:
                nonlocal asked
                asked += 1
                while due and due[-1][2] <= asked:
                    verb, row, _ = due.pop()
                    happen(sandbox, verb, row)

            sandbox.before_answer = before
            run = run_here(config, *DESK, state=state)
            assert run.exit_code == 0, run.stderr
            tables.load(run.messages)
            state = run.state
            for verb, row, _ in due:
                happen(sandbox, verb, row)
        # What changed behind the last answer of the last run has not been read: there was nothing left to happen.
        for stream in DESK:
            assert tables.rows(stream) == table_of(sandbox.world, stream), stream
