"""The service's limits are kept before it complains, and one refusal slows all requests."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

import pytest

from tap_analytics.throttle import Throttle


def moments(throttle: Throttle, requests: int, threads: int = 1) -> list[float]:
    """Return when each request was let through, in seconds from the first."""
    seen: list[float] = []

    def send() -> None:
        for _ in range(requests // threads):
            throttle.wait()
            seen.append(time.monotonic())

    workers = [threading.Thread(target=send) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sorted(moment - min(seen) for moment in seen)


@pytest.mark.parametrize("threads", [1, 4])
def test_no_period_ever_holds_more_than_the_service_takes(threads: int) -> None:
    passed = moments(Throttle(10, 1), 16, threads)
    assert len(passed) == 16
    assert all(later - earlier >= 1 for earlier, later in zip(passed, passed[10:], strict=False))


def test_what_the_service_takes_at_once_goes_out_at_once() -> None:
    assert moments(Throttle(40, 20), 40)[-1] < 1


def test_a_refusal_holds_every_request() -> None:
    throttle = Throttle(1000, 1)
    throttle.wait()
    throttle.slow_down(0.3)
    began = time.monotonic()
    moments(throttle, 4, threads=4)
    assert time.monotonic() - began >= 0.3


def test_after_a_refusal_the_pace_is_half_until_the_answers_have_been_quiet_for_a_while() -> None:
    throttle = Throttle(10, 1)
    throttle.slow_down(0)
    slow = moments(throttle, 8)
    assert slow[5] >= 1
    for _ in range(20):
        throttle.learn({})
    time.sleep(1.2)
    assert moments(throttle, 10)[-1] < 0.5


def test_many_refusals_never_stop_the_run() -> None:
    throttle = Throttle(1, 1)
    for _ in range(10):
        throttle.slow_down(0)
    assert all(later - earlier < 2 for earlier, later in pairwise(moments(throttle, 3)))


@pytest.mark.parametrize(
    ("told", "waits"), [("10/40", False), ("39/40", True), ("40/40", True), ("much", False), ("1/0", False)]
)
def test_a_limit_that_others_use_up_is_left_alone(told: str, waits: bool) -> None:  # noqa: FBT001
    throttle = Throttle(40, 1)
    throttle.wait()
    throttle.learn({"X-Some-Api-Call-Limit": told})
    began = time.monotonic()
    throttle.wait()
    assert (time.monotonic() - began > 0.4) == waits
