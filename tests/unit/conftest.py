"""What the tests of single rooms share."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# How long one example takes says more about the machine than about the tap.
# A busy machine is slow, and that says nothing about the tap.
settings.register_profile("unit", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unit")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited between attempts, without waiting them."""
    seconds: list[float] = []
    monkeypatch.setattr("tap_analytics.http.cancellation.Scope.sleep", lambda _, wait: seconds.append(wait))
    # What a refusal means for the requests of other threads is the throttle's own test.
    monkeypatch.setattr("tap_analytics.http.throttle.Throttle.slow_down", lambda *_, **__: None)
    return seconds
