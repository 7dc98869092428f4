"""When a version is activated, and when it must not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.taps import stream_of

if TYPE_CHECKING:
    import pytest


def test_a_read_that_may_not_be_whole_activates_no_version_and_says_why(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    stream = stream_of("customers", emit_activate_version_messages=True)
    stream.begin_version()
    stream.withhold_version("was cut off by 'end_date'")
    stream.withhold_version("told something else")
    with caplog.at_level("INFO"):
        stream.activate_version()
    assert "ACTIVATE_VERSION" not in capsys.readouterr().out
    assert (
        "customers: no row is dropped from the target's table, since this read was cut off by 'end_date'" in caplog.text
    )
