"""Runs of the tap in this process, that may be killed at any byte, while the source goes on living."""

from __future__ import annotations

import io
import json
import logging
from collections import defaultdict
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol
from unittest.mock import patch

import time_machine
from typing_extensions import override

from tap_analytics.errors import AnalyticsError
from tap_analytics.tap import TapAnalytics
from tests.singer import Message, Run, select

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from analytics_sandbox import Request, Sandbox

State = dict[str, Any]


class Killed(BaseException):
    """The process is no more; not an `Exception`, for nobody handles it."""


@dataclass(frozen=True)
class Kill:
    """When the tap is killed.

    Attributes:
        after: How many whole lines were written before.
        torn: How many bytes of the next line are written too.
        unacknowledged: How many of the last states the target had not yet acknowledged, so that an older one is kept.
    """

    after: int
    torn: int = 0
    unacknowledged: int = 0


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a run is asked to do.

    Attributes:
        page_size: The setting.
        streams: The streams that are selected.
        full_table: Those of them that the catalog reads whole.
        refresh: Whether the run is given no state, as `--full-refresh` does.
        kill: When it is killed, None to let it live.
        meanwhile: What happens at the source, by the number of lines that were written before.
        between: What happens at the source, by the number of requests that were answered before.
        within: The first and the last day that are read instead of those of the settings, None for the settings' own.
    """

    page_size: int
    streams: tuple[str, ...]
    full_table: frozenset[str] = frozenset()
    refresh: bool = False
    kill: Kill | None = None
    meanwhile: Sequence[tuple[int, Any]] = ()
    between: Sequence[tuple[int, Any]] = ()
    within: tuple[date | None, date | None] | None = None

    @property
    def is_disturbed(self) -> bool:
        """Whether anything happens at the source while it is read."""
        return bool(self.meanwhile or self.between)


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    Attributes:
        messages: What was written, as far as lines are whole.
        error: What the run failed with.
        killed: Whether it was killed before its end.
    """

    messages: list[Message]
    error: AnalyticsError | None
    killed: bool

    def complete(self, streams: tuple[str, ...]) -> set[str]:
        """Return those of the selected streams that were read to their end, as the exit code and the error say."""
        if self.error is None:
            return set() if self.killed else set(streams)
        told, found, names = str(self.error).partition(" streams failed: ")
        failed = names.partition(".")[0].partition(":")[0].split(", ")
        assert not found or set(failed) <= set(streams), told
        return set(streams) - set(failed) if found else set()


@dataclass
class Output(io.StringIO):
    """A stdout that can break, and that tells when a line is written."""

    kill: Kill | None
    after_line: Callable[[int], None]
    lines: int = 0
    killed: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        super().__init__()

    @override
    def write(self, text: str, /) -> int:
        # One write may hold many lines, and a kill comes between any two bytes.
        *whole, rest = text.split("\n")
        for line in (*(f"{line}\n" for line in whole), *([rest] if rest else ())):
            self._write(line)
        return len(text)

    def _write(self, line: str) -> None:
        if self.kill is not None and self.lines >= self.kill.after:
            super().write("" if self.killed else line[: min(self.kill.torn, len(line) - 1)])
            self.killed = True
            raise Killed
        super().write(line)
        self.lines += line.count("\n")
        self.after_line(self.lines)


class Act(Protocol):
    """Lets something happen."""

    def __call__(self, change: Any, last: str | None = None, /) -> None:  # noqa: ANN401 - a `Change`
        """Let it happen.

        Args:
            change: What happens.
            last: The uuid of the row behind which the page that is just asked for begins.
        """


def run(config: State, state: State, order: Order, sandbox: Sandbox, act: Act) -> Outcome:
    """Run the tap.

    Args:
        config: The settings.
        state: The state to begin with.
        order: What to do.
        sandbox: The source, whose present is the tap's too.
        act: Called with what happens meanwhile.

    Returns:
        What came of it.
    """
    now = sandbox.world.clock.now
    by_lines, by_requests = _by_number(order.meanwhile), _by_number(order.between)
    requests = count()
    # It sets and takes back the time zone of the process, and the server has a thread of its own.
    moves_clock = Lock()

    def catch_up() -> None:
        with moves_clock:
            clock.move_to(now())

    def after_line(line: int) -> None:
        for change in by_lines.pop(line, ()):
            act(change)
            catch_up()

    def before_answer(request: Request) -> None:
        for change in by_requests.pop(next(requests), ()):
            act(change, *request.params.get("start-after", []))
            catch_up()

    output = Output(order.kill, after_line)
    error = None
    logging.disable(logging.CRITICAL)
    catalog = _catalog(config, order)
    try:
        with time_machine.travel(now(), tick=False) as clock, redirect_stdout(output):
            sandbox.before_answer = before_answer
            # As from a file: the tap must not change what the next run is given.
            given = json.loads(json.dumps(state))
            sync(config | {"page_size": order.page_size}, given, catalog)
    except AnalyticsError as failure:
        error = failure
    except Killed:
        pass
    finally:
        sandbox.before_answer = None
        logging.disable(logging.NOTSET)
    whole_lines = output.getvalue().rpartition("\n")[0]
    return Outcome(Run(0, whole_lines, "").messages, error, output.killed)


def sync(config: dict[str, Any], state: State, catalog: dict[str, Any] | None = None) -> None:
    """Run the tap, with a STATE message after each change of the state, as in a run that takes long."""
    with patch("tap_analytics.sync.scheduler._SECONDS_BETWEEN_STATES", -1):
        TapAnalytics(config=config, catalog=catalog, state=state).sync_all()


def _by_number(changes: Sequence[tuple[int, Any]]) -> dict[int, list[Any]]:
    numbered = defaultdict(list)
    for number, change in changes:
        numbered[number].append(change)
    return numbered


def _catalog(config: State, order: Order) -> State:
    entries = _discovered(json.dumps(config))
    # Streams that are not mentioned are not selected either, and take no time.
    catalog = select({"streams": [json.loads(entries[name]) for name in order.streams]}, *order.streams)
    for entry in catalog["streams"]:
        if entry["tap_stream_id"] in order.full_table:
            entry["replication_method"] = "FULL_TABLE"
    return catalog


# All runs of an example have the same settings.
@lru_cache(maxsize=1)
def _discovered(config: str) -> dict[str, str]:
    """Return the entries of the catalog, by stream, as JSON."""
    entries = TapAnalytics(config=json.loads(config)).catalog_dict["streams"]
    return {entry["tap_stream_id"]: json.dumps(entry) for entry in entries}
