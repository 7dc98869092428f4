"""The law of convergence, as a machine that lets anything happen in any order."""

from __future__ import annotations

import dataclasses
import sys
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any

from analytics_sandbox import Sandbox
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from typing_extensions import override

from tests.laws import declared
from tests.laws.changes import DATED, SMALL, STEPS, Change
from tests.laws.reading import Reading, Target, bookmark_of
from tests.laws.runs import Kill, Order, run
from tests.laws.source import Source, instant_of
from tests.laws.strategies import (
    DAYS,
    FAULTS,
    KILLS,
    MANNERS,
    MAPPED,
    ORDERS,
    OTHER_DAYS,
    PATHS,
    SETTINGS,
    STREAMS,
    WORDS,
)

if TYPE_CHECKING:
    from analytics_sandbox.manners import Api

    from tests.laws.declared import Words
    from tests.laws.ledger import Rows
    from tests.laws.maps import StreamMap
    from tests.laws.runs import State

NOW = datetime(2024, 6, 15, 12, tzinfo=timezone.utc)
LOOK_BACKS = {
    "activities": timedelta(days=30),
    "customers": timedelta(minutes=10),
    "tickets": timedelta(minutes=10),
    "messages": timedelta(days=14),
    "events": timedelta(minutes=10),
}


class Convergence(RuleBasedStateMachine):
    """A source, a tap and a table that anything can happen to, and what has to hold all the while."""

    @initialize(
        chosen=st.one_of([st.tuples(st.just(api), st.none() | st.none() | mapped) for api, mapped in MAPPED.items()]),
        seed=st.integers(0, 50),
        size=st.integers(1, 6),
        manners=MANNERS,
        days=DAYS,
        settings=SETTINGS,
        words=WORDS,
    )
    def begin(  # noqa: PLR0913 - so much is chosen
        self,
        *,
        chosen: tuple[Api, StreamMap | None],
        seed: int,
        size: int,
        manners: dict[str, Any],
        days: tuple[date | None, date | None],
        settings: dict[str, Any],
        words: Words | None,
    ) -> None:
        """A service, a tap with its settings and its own or declared streams, and empty tables."""
        self.api, mapped = chosen
        self.sandbox = Sandbox(seed=seed, size=size, now=NOW, **manners).start()
        self.settings = {
            **getattr(self.sandbox, f"{self.api}_config"),
            **(mapped.settings() if mapped else {}),
            **{name: value for name, value in settings.items() if value is not None},
        }
        look_back = settings["lookback_days"]
        look_backs = LOOK_BACKS | declared.LOOK_BACKS if words else LOOK_BACKS
        if look_back is not None:
            look_backs = dict.fromkeys(LOOK_BACKS, timedelta(days=look_back))
        self.target = Target(Source(self.sandbox, self.api, *days, words, mapped), look_backs)
        self.state: State | None = None

    # What can happen

    @rule(change=SMALL | STEPS)
    def happens(self, change: Change) -> None:
        """Something happens at the source."""
        self.act(change)

    @rule(change=DATED)
    def is_dated(self, change: Change) -> None:
        """A row comes or goes somewhere in time."""
        self.happens(change)

    @rule(manners=MANNERS)
    def changes_its_manners(self, manners: dict[str, Any]) -> None:
        """The service answers in another way from now on."""
        for name, value in manners.items():
            setattr(self.sandbox, name, value)

    @rule(order=ORDERS)
    def syncs(self, order: dict[str, Any]) -> None:
        """A run that nothing disturbs but what happens meanwhile."""
        self.run(self.ordered(order))

    @rule(order=ORDERS, days=OTHER_DAYS)
    def fills_back(self, order: dict[str, Any], days: tuple[date | None, date | None]) -> None:
        """A run with other days and a state of its own, into the same tables."""
        self.run(dataclasses.replace(self.ordered({**order, "refresh": True}), within=days))

    @rule(order=ORDERS, kill=KILLS)
    def is_killed(self, order: dict[str, Any], kill: Kill) -> None:
        """A run that is killed, and a target that has not acknowledged all of its states."""
        self.run(self.ordered(order, kill))

    @rule(order=ORDERS, fault=FAULTS)
    def meets_a_fault(self, order: dict[str, Any], fault: dict[str, Any]) -> None:
        """A run under a service that fails."""
        paths = PATHS[self.api]
        wrong = fault["wrong"]
        self.sandbox.faults.add(
            path=paths[fault["path"] % len(paths)], after=fault["after"], times=fault["times"], **wrong
        )
        try:
            # Where the activities cannot be read, counts begin earlier: with periods without customers.
            is_honest = paths[fault["path"] % len(paths)] not in {"*", "/v1/activities"} and (
                "kind" in wrong or wrong.get("status", 0) >= 429
            )
            self.run(self.ordered(order), may_fail=True, is_honest=is_honest)
        finally:
            self.sandbox.faults.clear()

    @rule(page_size=st.integers(1, 5))
    def settles(self, page_size: int = 3) -> None:
        """One complete run, one without news, and one that reads everything.

        What the first has to leave is in the ledgers: all within the look-back, and all that was read before and has
        not changed since.
        """
        order = Order(page_size=page_size, streams=STREAMS[self.api])
        self.sandbox.world.advance(timedelta(seconds=1))
        began = self.run(order)
        state, rows = self.state, self.rows()
        began_again = self.run(order)
        assert self.rows() == rows, "a run without news changed a row"
        assert self.state == state or self.has_come_of_age(began, began_again), "a run without news moved a bookmark"
        self.run(Order(page_size=page_size, streams=STREAMS[self.api], refresh=True))
        # What only stays because the read was cut off, the ledgers know.
        source, now = self.target.source, self.sandbox.world.clock.now()
        for stream, rows_now in source.incremental().items():
            truth = {key: row for key, row in rows_now.items() if not source.may_miss(stream, row, now)}
            held = {key: row for key, row in self.target.held(stream).items() if not source.may_miss(stream, row, now)}
            if source.is_cut(stream, now) is not False:
                held = {key: row for key, row in held.items() if key in truth}
            assert held == truth, f"{stream}: a whole read left something else than the truth"

    @override
    def teardown(self) -> None:
        if not hasattr(self, "sandbox"):
            return
        try:
            # Whatever happened before, one more run puts it right.
            if sys.exc_info()[0] is None:
                self.settles()
        finally:
            self.sandbox.stop()

    # How it is looked at

    def rows(self) -> dict[str, Rows]:
        """The tables of the incremental streams."""
        return {stream: self.target.held(stream) for stream in self.target.ledgers}

    def has_come_of_age(self, first: datetime, second: datetime) -> bool:
        """Say whether a row was dated in the future for one run and in the past for the next."""
        instants = (
            instant_of(stream, row)
            for stream, rows in self.target.source.incremental().items()
            for row in rows.values()
        )
        return any(instant is not None and first < instant <= second for instant in instants)

    def act(self, change: Change, last: str | None = None) -> None:
        """Let something happen at the source, and take note of it."""
        change.apply(self.sandbox, self.api, self.edges(), last)
        self.target.observe()

    def config(self, source: Source) -> State:
        """The tap's settings."""
        days = {"start_date": source.start, "end_date": source.end}
        dates = {name: day.isoformat() for name, day in days.items() if day is not None}
        words = source.words.settings(self.api, dates.get("start_date")) if source.words else {}
        return {**self.settings, **dates, **words}

    def edges(self) -> dict[str, datetime]:
        """Where promises begin or end: the first instant that the next run looks at, and the user's dates."""
        edges = {
            name: datetime.combine(day, time.min, tzinfo=timezone.utc)
            for name, day in (("start", self.target.source.start), ("end", self.target.source.end))
            if day is not None
        }
        for stream, look_back in self.target.look_backs.items():
            if (bookmark := bookmark_of(self.state or {}, stream)) is not None:
                edges["floor"] = bookmark - look_back
        return edges

    def ordered(self, order: dict[str, Any], kill: Kill | None = None) -> Order:
        """Make an order of what chance has chosen."""
        every = STREAMS[self.api]
        streams = every
        if order["streams"] is not None:
            streams = tuple(name for name in every if every.index(name) in {n % len(every) for n in order["streams"]})
        return Order(
            page_size=order["page_size"],
            streams=streams,
            full_table=frozenset(streams) if order["full_table"] else frozenset(),
            refresh=order["refresh"],
            kill=kill,
            meanwhile=self.promised(order["meanwhile"]),
            between=self.promised(order["between"]),
        )

    def promised(self, changes: list[tuple[int, Change]]) -> list[tuple[int, Change]]:
        """Leave out what takes a walk by the last row's field with it: only the built-in activities are proof to it."""
        if self.api == "support" or self.target.source.words is None:
            return changes
        return [(number, change) for number, change in changes if change.verb != "move"]

    def run(self, order: Order, *, may_fail: bool = False, is_honest: bool = True) -> datetime:
        """Run the tap, load what it wrote, and hold it to the laws.

        Args:
            order: What to do.
            may_fail: Whether something goes wrong at the service.
            is_honest: Whether all that the service tells is true.

        Returns:
            When it began.

        Raises:
            AnalyticsError: The run failed without a reason.
        """
        # Two runs never begin in the same millisecond.
        began = self.sandbox.world.advance(timedelta(milliseconds=1))
        given = {} if self.state is None or order.refresh else self.state
        source = self.target.source if order.within is None else self.target.source.between(*order.within)
        reading = Reading(self.target, source, order, given, began)
        outcome = run(self.config(source), given, order, self.sandbox, self.act)
        if outcome.error is not None and not (
            may_fail or order.is_disturbed or all(map(source.removes, order.streams))
        ):
            raise outcome.error
        for message in outcome.messages:
            reading.take(message)
        reading.finish(outcome.complete(order.streams), is_exact=is_honest and not order.is_disturbed)
        states = [message["value"] for message in outcome.messages if message["type"] == "STATE"]
        if order.kill is not None:
            states = states[: max(0, len(states) - order.kill.unacknowledged)]
        if states and order.within is None:
            self.state = states[-1]
        return began
