"""Messages on stdout: whole lines, as UTF-8, without keeping a target waiting."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Final

import msgspec
from singer_sdk.singerlib.encoding import GenericSingerWriter
from singer_sdk.singerlib.json import serialize_json
from typing_extensions import override

from tap_analytics.singer.stdout import STDOUT

if TYPE_CHECKING:
    from singer_sdk.singerlib.encoding.simple import Message

_ATOMIC: Final = 4096
"""Bytes that a pipe takes whole or not at all."""

_WHILE: Final = 0.1
"""Seconds; a target that takes a line sooner keeps nobody waiting."""


class LineWriter(GenericSingerWriter[bytes, "Message"]):
    """Writes a message a line, and lets nothing come between a line's first and last byte.

    Records are collected, and go out when there are enough of them for one write to a pipe, before any other message,
    and whenever `flush` says that nothing may follow for a while.
    """

    def __init__(self) -> None:
        super().__init__()
        # Stream maps can make values of any type; the SDK writes what JSON does not know as a text.
        self._encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=str)
        self._lines = bytearray()
        self.is_muted = False
        """Whether messages are dropped: who tests a connection wants to know whether it works, and no records."""
        self._writing = False
        self._exit_code: int | None = None
        self._began_to_write = 0.0
        self._seconds = 0.0

    @property
    def seconds_waited(self) -> float:
        """Seconds for which the target has kept the tap waiting."""
        return self._seconds

    @property
    def is_waiting(self) -> bool:
        """Whether the target has been keeping the tap waiting for a while."""
        return self._writing and time.monotonic() - self._began_to_write > _WHILE

    @override
    def serialize_message(self, message: Message) -> bytes:
        return serialize_json(message.to_dict()).encode()

    @override
    def write_message(self, message: Message) -> None:
        self.flush()
        self._lines += self.format_message(message) + b"\n"
        self.flush()

    def write_record(self, before: bytes, record: dict[str, Any], after: bytes) -> None:
        """Write a RECORD message, now or with those that follow it.

        Args:
            before: The message's line up to the record; it is the same for many records.
            record: The record.
            after: The rest of the line.
        """
        start = len(self._lines)
        self._lines += before
        try:
            self._encoder.encode_into(record, self._lines, -1)
        except BaseException as error:
            # No part of a line may stay behind, whatever the rest of it came to.
            del self._lines[start:]
            if not isinstance(error, UnicodeEncodeError):
                raise
            # Half of a surrogate pair: JSON can hold it, UTF-8 cannot.
            self._lines += before + serialize_json(record).encode()
        self._lines += after
        if len(self._lines) > _ATOMIC:
            line = self._lines[start:]
            del self._lines[start:]
            self.flush()
            self._lines += line

    def flush(self) -> None:
        """Write what has been collected.

        Raises:
            OutputError: Stdout takes no more.
        """
        lines, self._lines = self._lines, bytearray()
        if not lines or self.is_muted:
            return
        self._began_to_write = time.monotonic()
        self._writing = True
        try:
            STDOUT.write(lines)
        finally:
            self._writing = False
            self._seconds += time.monotonic() - self._began_to_write
            if self._exit_code is not None:
                os._exit(self._exit_code)

    def stop(self, exit_code: int) -> None:
        """End the process: now, or as soon as the line that is being written is out.

        `SystemExit` would not do. Python restores the default action of each signal before its process ends, and a
        second signal would then decide about the exit code.

        Args:
            exit_code: The process's exit code; the first one given is used.
        """
        if self._exit_code is None:
            self._exit_code = exit_code
        if not self._writing:
            os._exit(self._exit_code)
