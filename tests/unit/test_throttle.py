"""The service's limits are kept before it complains, and one refusal slows all requests."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tap_analytics.http.cancellation import CHANGED, CancelledError, Scope
from tap_analytics.http.tally import Tally
from tap_analytics.http.throttle import Throttle
from tap_analytics.http.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_analytics.http.turns import Turn


class Clock:
    """Time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def wait(self, seconds: float | None) -> None:
        """Let the time pass."""
        assert seconds is not None, "nobody else is there who could change anything"
        self.now += seconds


@pytest.fixture(name="clock")
def a_clock() -> Iterator[Clock]:
    """A clock that the throttle goes by."""
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tap_analytics.http.throttle.time", SimpleNamespace(monotonic=lambda: clock.now))
        patch.setattr(Scope, "wait", lambda _, seconds=None: clock.wait(seconds))
        yield clock


def take_turn(throttle: Throttle) -> None:
    """Send a request that is answered at once."""
    with throttle.turn(Tally()):
        pass


def moments(throttle: Throttle, clock: Clock, requests: int) -> list[float]:
    """Return when each request was let through, in seconds from now."""
    began, seen = clock.now, []
    for _ in range(requests):
        take_turn(throttle)
        seen.append(clock.now - began)
    return seen


LIMITS = st.sampled_from([(40, 1), (40, 20), (10, 1), (5, 1), (1, 1), (0.5, 1), (10_000, 1), (3, 20)])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=LIMITS, pauses=st.lists(st.just(0.0) | st.floats(0, 30), min_size=50, max_size=130))
def test_no_period_ever_holds_more_than_the_service_takes(
    clock: Clock, limit: tuple[float, int], pauses: list[float]
) -> None:
    requests, seconds = limit
    throttle = Throttle(requests, seconds)
    seen = []
    for pause in pauses:
        clock.now += pause
        take_turn(throttle)
        seen.append(clock.now)
    most = max(1, int(requests))
    period = seconds * most / requests
    assert all(later - earlier > period for earlier, later in zip(seen, seen[most:], strict=False))


def test_a_limit_over_a_long_period_goes_out_evenly(clock: Clock) -> None:
    seen = moments(Throttle(40, 20), clock, 200)
    gaps = [later - earlier for earlier, later in pairwise(seen)]
    assert sum(gap == 0 for gap in gaps) == 2, "a few at once at the beginning"
    assert max(gaps) < 0.6
    assert seen[-1] == pytest.approx(197 * 0.55)


def test_a_pace_below_one_a_second_is_kept(clock: Clock) -> None:
    assert moments(Throttle(0.5, 1), clock, 4) == pytest.approx([0, 2.2, 4.4, 6.6])


@pytest.mark.parametrize(("requests", "told"), [(0.01, ["One request is sent in 110.0 s at most"]), (5, [])])
def test_a_pace_that_would_look_like_silence_is_told_once(
    clock: Clock, caplog: pytest.LogCaptureFixture, requests: float, told: list[str]
) -> None:
    caplog.set_level(logging.INFO)
    moments(Throttle(requests, 1), clock, 9)
    assert [message.partition(" (")[0] for message in caplog.messages] == told


def test_a_refusal_holds_every_request(clock: Clock) -> None:
    throttle = Throttle(1000, 1)
    throttle.slow_down(30)
    assert moments(throttle, clock, 4)[0] == pytest.approx(30)


def test_after_a_refusal_the_pace_is_half_until_the_answers_have_been_quiet_for_a_while(clock: Clock) -> None:
    throttle = Throttle(10, 1)
    throttle.slow_down(0)
    assert moments(throttle, clock, 11)[-1] == pytest.approx(2.2)
    for _ in range(20):
        throttle.learn({})
    take_turn(throttle)
    assert moments(throttle, clock, 10)[-1] == pytest.approx(1.1, abs=0.12)


def test_many_refusals_never_stop_the_run(clock: Clock) -> None:
    throttle = Throttle(1, 1)
    for _ in range(1000):
        throttle.slow_down(0)
    assert max(moments(throttle, clock, 3)) < 10


@pytest.mark.parametrize(
    ("told", "pause"),
    [
        ("10/40", 0),
        ("29/40", 0),
        ("30/40", 5),
        ("39/40", 9.5),
        (" 40 / 40 ", 10),
        ("600/40", 10),
        ("100000/40", 10),
        ("9" * 400 + "/40", 0),
        ("9" * 5000 + "/" + "9" * 5000, 0),
        ("40/0", 0),
        ("0/0", 0),
        ("-1/40", 0),
        ("much", 0),
        ("", 0),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_limit_that_others_use_up_is_left_alone_never_longer_than_its_period(
    clock: Clock, caplog: pytest.LogCaptureFixture, told: str, pause: float
) -> None:
    throttle = Throttle(40, 20)
    with caplog.at_level(logging.INFO, "tap-analytics"):
        for _ in range(8):  # As many threads as are told the same.
            throttle.learn({"X-Some-Api-Call-Limit": told})
    assert moments(throttle, clock, 1) == [pytest.approx(pause)]
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == (pause > 1)
    assert all("X-Some-Api-Call-Limit" in line and f"{pause:.1f} s" in line for line in lines)


def test_requests_that_were_in_flight_when_a_pause_began_begin_none(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    throttle = Throttle(40, 1, most=9)
    first, second, third, fourth = scopes = [Scope() for _ in range(4)]

    def send(*scopes: Scope) -> None:
        for scope in scopes:
            with scope.entered():
                take_turn(throttle)

    def begins_pause(scope: Scope, seconds: float, asked_for: float = 0) -> bool:
        with scope.entered():
            return throttle.slow_down(seconds, asked_for=asked_for)

    caplog.set_level(logging.INFO)
    send(*scopes)
    assert [begins_pause(scope, 31, asked_for=30) for scope in scopes[:2]] == [True, False]
    assert caplog.messages == []
    assert not begins_pause(third, 66, asked_for=60)
    (line,) = caplog.messages
    assert "Retry-After" in line
    assert "60.0 s" in line
    # The pause is over, or whoever began it has ended; the request was sent before it all the same.
    for scope in (first, third):
        scope.end()
    clock.now += 100
    assert not begins_pause(fourth, 0)
    send(second, fourth)
    assert [begins_pause(second, 0), begins_pause(fourth, 0)] == [True, False]
    send(second)
    assert begins_pause(second, 4)
    assert len(caplog.messages) == 1


def test_what_has_ended_holds_the_others_only_as_long_as_the_service_asked(clock: Clock) -> None:
    throttle = Throttle(1000, 1)
    scope = Scope()
    with scope.entered():
        throttle.slow_down(50, asked_for=4)
    scope.end()
    assert moments(throttle, clock, 1) == [pytest.approx(4)]


def test_a_wait_ends_with_its_scope_and_takes_no_turn_from_the_others() -> None:
    throttle = Throttle(1, 3600)  # The first request leaves at once, the next one an hour later.
    take_turn(throttle)
    scope = Scope()
    ended = []

    def send() -> None:
        with scope.entered():
            try:
                take_turn(throttle)
            except CancelledError:
                ended.append(True)

    workers = [threading.Thread(target=send) for _ in range(3)]
    for worker in workers:
        worker.start()
    while throttle.waiting < 3:
        time.sleep(0.001)
    scope.end()
    for worker in workers:
        worker.join()
    assert ended == [True] * 3
    assert throttle.waiting == 0


def test_threads_take_their_turns_one_by_one() -> None:
    throttle = Throttle(100, 1)
    seen: list[float] = []

    def send() -> None:
        for _ in range(10):
            take_turn(throttle)
            with CHANGED:
                seen.append(time.monotonic())

    workers = [threading.Thread(target=send) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    # Six may leave at once, the others a hundredth of a second and a tenth of it after one another.
    assert max(seen) - min(seen) >= (40 - 6) * 0.011 - 0.001


def test_of_many_threads_that_wait_few_wake_for_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    throttle, threads = Throttle(100_000, 1, most=2), 60
    decided = Counter[str]()
    next_turn = Turns.next

    def counted(self: Turns) -> Turn | None:
        decided["times"] += 1
        return next_turn(self)

    monkeypatch.setattr(Turns, "next", counted)
    with CHANGED:
        workers = [threading.Thread(target=take_turn, args=[throttle]) for _ in range(threads)]
        for worker in workers:
            worker.start()
    for worker in workers:
        worker.join()
    # If each woke for each request, it would be thousands of times.
    assert threads <= decided["times"] <= 10 * threads


def test_a_request_that_follows_a_redirect_needs_no_second_place(clock: Clock) -> None:
    throttle = Throttle(10, 1)
    began = clock.now
    with throttle.turn(Tally()):
        for _ in range(2):
            with throttle.turn_of_redirect(Tally()):
                pass
    take_turn(throttle)
    # It takes its time as any other.
    assert clock.now - began == pytest.approx(3 * throttle.interval)
