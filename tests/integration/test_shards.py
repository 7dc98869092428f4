"""A shard of a back-fill, read by the tap: windows make up the whole, and none takes rows out of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.records.datetimes import parse_instant
from tap_analytics.shards.accounts import Account
from tap_analytics.shards.groups import groups_of
from tap_analytics.shards.plan import back_fill
from tap_analytics.shards.streams import streams_of
from tap_analytics.shards.windows import tile
from tests.faults.runs import run_here

if TYPE_CHECKING:
    from datetime import date

    from analytics_sandbox import Sandbox


def day_of(instant: str) -> date:
    """Return the day of an instant, in UTC."""
    return parse_instant(instant).date()


@pytest.mark.parametrize(
    ("api", "stream", "key"), [("subscription", "activities", "uuid"), ("support", "events", "id")]
)
def test_closed_windows_make_up_the_whole_and_activate_no_version(
    api: str, stream: str, key: str, sandbox: Sandbox
) -> None:
    config = sandbox.subscription_config if api == "subscription" else sandbox.support_config
    whole = run_here(config, stream)
    assert whole.of(stream, "ACTIVATE_VERSION")
    rows = {row[key]: row for row in whole.records(stream)}
    days = [day_of(row[{"activities": "date", "events": "created_datetime"}[stream]]) for row in rows.values()]
    streams = streams_of(api)
    windows = list(tile(min(days), max(days), "year"))
    assert len(windows) > 1
    found: dict[object, dict[str, Any]] = {}
    for shard in back_fill([Account("acme", "acme")], groups_of([], streams), streams, windows):
        run = run_here({**config, "start_date": str(shard.start_date), "end_date": str(shard.end_date)}, *shard.streams)
        assert run.exit_code == 0, run.stderr
        assert not run.of(stream, "ACTIVATE_VERSION")
        own = {row[key]: row for row in run.records(stream)}
        assert found.keys().isdisjoint(own)
        found |= own
    assert found == rows
    # The nightly shard goes on with the state of the last window, and takes no row of the others away.
    nightly = run_here(config, stream, state=run.state)
    assert not nightly.of(stream, "ACTIVATE_VERSION")
    assert {row[key] for row in nightly.records(stream)} < rows.keys()
