"""The SDK's standard tests, and own ones for the two of them that cannot fail."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from analytics_sandbox import Sandbox
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from tap_analytics.apis.registry import STREAMS
from tap_analytics.tap import TapAnalytics
from tests.singer import streams_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.singer import Tap

# The standard tests take their configuration when they are collected.
_SANDBOX = Sandbox(size=30)
_SANDBOX.start()
_FAST = {"requests_per_second": 10_000}
"""The pace of the services is what other tests are about."""
# A column that is always null in the sandbox is no fault.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Fields in transformed catalog:UserWarning", "ignore:No records were available:UserWarning"
)
_SUITE = SuiteConfig(max_records_limit=None)


@pytest.fixture(scope="module", autouse=True)
def _stop() -> Iterator[None]:
    yield
    _SANDBOX.stop()


TestSubscription = get_tap_test_class(TapAnalytics, config=_SANDBOX.subscription_config | _FAST, suite_config=_SUITE)
TestSupport = get_tap_test_class(TapAnalytics, config=_SANDBOX.support_config | _FAST, suite_config=_SUITE)


@pytest.mark.parametrize("api", STREAMS)
def test_every_record_has_a_key_of_its_own(tap: Tap, api: str) -> None:
    # In one page: the front of a list that comes newest first is read a second time otherwise.
    run = tap.run({**getattr(_SANDBOX, f"{api}_config"), "page_size": 100})
    for stream in filter(lambda each: each.selected_by_default, streams_of(api)):
        keys = [tuple(record[name] for name in stream.primary_keys) for record in run.records(stream.name)]
        assert keys
        assert all(None not in key for key in keys)
        assert max(Counter(keys).values()) == 1


@pytest.mark.parametrize("api", STREAMS)
def test_the_final_state_holds_bookmarks_and_nothing_half_done(tap: Tap, api: str) -> None:
    bookmarks = tap.run(getattr(_SANDBOX, f"{api}_config")).state["bookmarks"]
    for stream in filter(lambda each: each.selected_by_default, streams_of(api)):
        expected = {"replication_key", "replication_key_value"} if stream.replication_key else set()
        assert set(bookmarks.get(stream.name, ())) == expected
