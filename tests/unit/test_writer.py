"""Messages on stdout come as whole lines, whenever the process is told to stop."""

from __future__ import annotations

import json
import os
import sys
from datetime import date, datetime
from decimal import Decimal

import pytest
from singer_sdk.singerlib.messages import StateMessage

from tap_analytics.errors import OutputError
from tap_analytics.singer.stdout import STDOUT
from tap_analytics.singer.writer import LineWriter

MESSAGE = StateMessage(value={"bookmarks": {}})


@pytest.fixture(autouse=True)
def process_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the process would end, the test goes on."""
    monkeypatch.setattr(os, "_exit", sys.exit)


def test_between_lines_a_stop_is_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    writer = LineWriter()
    writer.write_message(MESSAGE)
    writer.write_record(b"", {"id": 1}, b"\n")
    with pytest.raises(SystemExit) as stop:
        writer.stop(143)
    assert stop.value.code == 143
    assert json.loads(capsys.readouterr().out)["type"] == "STATE"


def test_within_a_line_a_stop_waits_for_its_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = LineWriter()
    write = STDOUT.write

    def write_and_stop(lines: bytearray) -> None:
        writer.stop(143)
        writer.stop(130)
        write(lines)

    monkeypatch.setattr(STDOUT, "write", write_and_stop)
    with pytest.raises(SystemExit) as stop:
        writer.write_message(MESSAGE)
    assert stop.value.code == 143
    assert json.loads(capsys.readouterr().out)["type"] == "STATE"


def test_a_line_that_fails_does_not_hold_up_the_next_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(lines: bytearray) -> None:
        raise OutputError(lines)

    writer = LineWriter()
    monkeypatch.setattr(STDOUT, "write", fail)
    with pytest.raises(OutputError):
        writer.write_message(MESSAGE)
    with pytest.raises(SystemExit):
        writer.stop(130)


def test_records_are_collected_and_go_out_before_any_other_message(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    writer = LineWriter()
    writer.write_record(b'{"type":"RECORD","record":', {"id": 1}, b"}\n")
    assert not capfdbinary.readouterr().out
    writer.write_message(MESSAGE)
    assert [json.loads(line)["type"] for line in capfdbinary.readouterr().out.splitlines()] == ["RECORD", "STATE"]


def test_no_write_ends_within_a_line_and_small_lines_are_written_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    monkeypatch.setattr(STDOUT, "write", lambda lines: written.append(bytes(lines)))
    writer = LineWriter()
    for number in range(500):
        writer.write_record(b"", {"id": number, "text": "x" * (9000 if number == 250 else 40)}, b"\n")
    writer.flush()
    assert [json.loads(line)["id"] for line in b"".join(written).splitlines()] == list(range(500))
    assert all(part.endswith(b"\n") for part in written)
    assert all(len(part) <= 4096 or part.count(b"\n") == 1 for part in written)
    assert len(written) < 20


def test_half_of_a_surrogate_pair_is_written_as_json_can(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    writer = LineWriter()
    writer.write_record(b"", {"id": 1}, b"\n")
    writer.write_record(b"", {"text": "\ud800", "big": 10**30, "digits": Decimal("0.10")}, b"\n")
    writer.flush()
    assert capfdbinary.readouterr().out.splitlines() == [
        b'{"id":1}',
        b'{"text":"\\ud800","big":1000000000000000000000000000000,"digits":0.10}',
    ]


def test_nothing_stays_behind_of_a_record_that_cannot_be_written(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    deep: dict[str, object] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    writer = LineWriter()
    with pytest.raises(RecursionError):
        writer.write_record(b'{"type":"RECORD","record":', {"id": 1, "deep": deep}, b"}\n")
    writer.write_record(b'{"type":"RECORD","record":', {"id": 2}, b"}\n")
    writer.flush()
    assert [json.loads(line)["record"] for line in capfdbinary.readouterr().out.splitlines()] == [{"id": 2}]


def test_values_that_only_a_stream_map_makes_are_written_as_the_sdk_writes_them(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    writer = LineWriter()
    writer.write_record(b"", {"day": date(2024, 1, 31), "at": datetime(2024, 1, 31, 12), "type": 1 + 2j}, b"\n")  # noqa: DTZ001
    writer.flush()
    assert capfdbinary.readouterr().out == b'{"day":"2024-01-31","at":"2024-01-31T12:00:00","type":"(1+2j)"}\n'
