"""Messages on stdout: whole lines, also when the process is told to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singer_sdk.io_base import SingerWriter
from typing_extensions import override

if TYPE_CHECKING:
    from singer_sdk.singerlib.encoding.simple import Message


class LineWriter(SingerWriter):
    """Writes a message a line, and lets nothing come between a line's first and last byte."""

    def __init__(self) -> None:
        super().__init__()
        self._writing = False
        self._exit_code: int | None = None

    @override
    def write_message(self, message: Message) -> None:
        self._writing = True
        try:
            super().write_message(message)
        finally:
            self._writing = False
        if self._exit_code is not None:
            raise SystemExit(self._exit_code)

    def stop(self, exit_code: int) -> None:
        """Leave the process, as soon as the current line is out.

        Args:
            exit_code: The process's exit code.

        Raises:
            SystemExit: At once, when no line is being written.
        """
        if not self._writing:
            raise SystemExit(exit_code)
        self._exit_code = exit_code
