"""What the tests of single rooms share."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# How long one example takes says more about the machine than about the tap.
# A busy machine is slow, and that says nothing about the tap.
# Few examples, the same in each run; `make laws` tries many others.
_EXAMPLES = os.environ.get("EXAMPLES")
settings.register_profile(
    "unit",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=int(_EXAMPLES or 40),
    derandomize=_EXAMPLES is None,
    database=None,
    print_blob=True,
)
settings.load_profile("unit")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited between attempts, without waiting them."""
    seconds: list[float] = []
    monkeypatch.setattr("tap_analytics.http.cancellation.Scope.sleep", lambda _, wait: seconds.append(wait))
    # What a refusal means for the requests of other threads is the throttle's own test.
    monkeypatch.setattr("tap_analytics.http.throttle.Throttle.slow_down", lambda *_, **__: True)
    return seconds
