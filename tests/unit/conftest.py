"""What the tests of single rooms share."""

from __future__ import annotations

import pyrate_limiter  # noqa: F401 - it takes `sleep` for itself, which must not be the one of `waits`
import pytest
from hypothesis import settings

# How long one example takes says more about the machine than about the tap.
settings.register_profile("unit", deadline=None)
settings.load_profile("unit")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited between attempts, without waiting them."""
    seconds: list[float] = []
    monkeypatch.setattr("time.sleep", seconds.append)
    # What a refusal means for the requests of other threads is the throttle's own test.
    monkeypatch.setattr("tap_analytics.throttle.Throttle.slow_down", lambda *_: None)
    return seconds
