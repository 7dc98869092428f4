"""Messages on stdout come as whole lines, whenever the process is told to stop."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from singer_sdk.io_base import SingerWriter
from singer_sdk.singerlib.messages import StateMessage

from tap_analytics.writer import LineWriter

if TYPE_CHECKING:
    from singer_sdk.singerlib.encoding.simple import Message

MESSAGE = StateMessage(value={"bookmarks": {}})


def test_between_lines_a_stop_is_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    writer = LineWriter()
    writer.write_message(MESSAGE)
    with pytest.raises(SystemExit) as stop:
        writer.stop(143)
    assert stop.value.code == 143
    assert json.loads(capsys.readouterr().out)["type"] == "STATE"


def test_within_a_line_a_stop_waits_for_its_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = LineWriter()
    write = SingerWriter.write_message

    def write_and_stop(self: SingerWriter, message: Message) -> None:
        writer.stop(143)
        write(self, message)

    monkeypatch.setattr(SingerWriter, "write_message", write_and_stop)
    with pytest.raises(SystemExit) as stop:
        writer.write_message(MESSAGE)
    assert stop.value.code == 143
    assert json.loads(capsys.readouterr().out)["type"] == "STATE"


def test_a_line_that_fails_does_not_hold_up_the_next_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: SingerWriter, message: Message) -> None:
        raise BrokenPipeError(message)

    writer = LineWriter()
    monkeypatch.setattr(SingerWriter, "write_message", fail)
    with pytest.raises(BrokenPipeError):
        writer.write_message(MESSAGE)
    with pytest.raises(SystemExit):
        writer.stop(130)
