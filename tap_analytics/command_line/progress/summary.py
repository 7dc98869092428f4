"""The summary of a run: a line in the log at its end, and a file that is written from time to time."""

from __future__ import annotations

import json
import logging
import os
import secrets
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Final

from tap_analytics.command_line.logs import masked
from tap_analytics.command_line.progress.wording import failures_line, total_line
from tap_analytics.errors import SettingsError
from tap_analytics.quoting import shorten
from tap_analytics.sync.report import RunReport, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOGGER: Final = logging.getLogger("tap-analytics")

SECONDS_BETWEEN_FILES: Final = 60
"""Seconds between two times that the file of a run in progress is written."""


@contextmanager
def refusal_summed_up(summary_file: str | None) -> Iterator[None]:
    """Sum up a run that the block refuses before it begins: else the file would tell of the run before it.

    Args:
        summary_file: The path of a file for the summary, if the settings have one.
    """
    try:
        yield
    except Exception as error:
        if summary_file:
            Summary(RunReport([], lambda: 0.0, lambda: False), summary_file).refuse(str(error))
        raise


class Summary:
    """Sums up a run: one line in the log at its end, and a file if the user wants one.

    Args:
        report: The report of the run.
        path: The path of the file, None for no file.
    """

    def __init__(self, report: RunReport, path: str | None) -> None:
        self._report = report
        self._path = path
        self._started = _now()
        # The file is written by several threads, and what ends a run is written last.
        self._writing = Lock()
        self._has_ended = Event()
        report.on_stop = self._stop

    def begin(self) -> None:
        """Write the file, so that it never tells of an earlier run, and again from time to time.

        Raises:
            SettingsError: It cannot be written.
        """
        if not self._path:
            return
        self._write(self._facts("running"))
        # A daemon, so that it does not hold the process when it ends.
        Thread(target=self._go_on, name="summary", daemon=True).start()

    def _go_on(self) -> None:
        while not self._has_ended.wait(SECONDS_BETWEEN_FILES):
            with self._writing, suppress(SettingsError):
                if not self._has_ended.is_set():
                    self._write(self._facts("running"))

    def end(self, error: str = "") -> None:
        """Sum up the run.

        Args:
            error: What ended it before its end; empty if nothing did.
        """
        is_whole = not error and len(self._report.of(Status.FINISHED)) == len(self._report.streams)
        self._end("succeeded" if is_whole else "failed", error or failures_line(self._report))

    def refuse(self, error: str) -> None:
        """Sum up a run that has not begun.

        Args:
            error: Why it was refused.
        """
        try:
            self._write(self._facts("failed", error))
        except SettingsError as fault:
            # Why the run was refused matters more.
            _LOGGER.warning("%s", fault)

    def _stop(self, signal: str) -> None:
        """Sum up a run that a signal stops.

        Args:
            signal: The signal's name.
        """
        if not self._has_ended.is_set():
            self._end("stopped", f"stopped by {signal}")

    def _end(self, status: str, error: str) -> None:
        with self._writing:
            self._has_ended.set()
            facts = self._facts(status, error)
            fault = None
            try:
                self._write(facts)
            except SettingsError as caught:
                # The records are written all the same, and what ended the run matters more.
                fault = caught
        # Whoever reads structured logs gets the numbers in the same line.
        stopped = f"; {error}" * (status == "stopped")
        _LOGGER.info("%s%s", total_line(self._report), stopped, extra={"summary": facts})
        if fault:
            _LOGGER.warning("%s", fault)

    def _facts(self, status: str, error: str = "") -> dict[str, Any]:
        now = _now()
        facts = {
            "status": status,
            "started_at": self._started,
            "updated_at": now,
            "ended_at": None if status == "running" else now,
            "process_id": os.getpid(),
            "error": masked(error) or None,
            **_masked_texts(self._report.as_dict()),
        }
        if status != "running":
            facts["succeeded"] = status == "succeeded"
        return facts

    def _write(self, facts: dict[str, Any]) -> None:
        if not self._path:
            return
        try:
            # A link stays one: what it leads to is replaced.
            _replace(Path(os.path.realpath(self._path)), json.dumps(facts, indent=2) + "\n")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            msg = f"Settings: 'summary_file' ({shorten(self._path)}) cannot be written: {shorten(str(reason))}"
            raise SettingsError(msg) from error


def _masked_texts(value: Any) -> Any:  # noqa: ANN401 - any JSON, and what bookmarks are
    """Return a value as JSON with each text as it may be shown: the API's own words may repeat a secret.

    The texts are masked one by one: in JSON, quotes and letters beyond ASCII have another form than in the secret.
    """
    match value:
        case dict():
            return {key: _masked_texts(item) for key, item in value.items()}
        case list():
            return [_masked_texts(item) for item in value]
        case None | bool() | int() | float():
            return value
        case _:
            return masked(str(value))


def _replace(path: Path, text: str) -> None:
    """Replace a whole file at once, since a monitor may read it at any moment.

    Args:
        path: The path of the file, without links.
        text: What is to be in it.

    Raises:
        OSError: It cannot be written.
        ValueError: It is no path, or that of something else than a file.
    """
    if path.exists() and not path.is_file():
        # Whoever runs as root would replace a device, like /dev/null, for all programs of the machine.
        msg = "it is a directory" if path.is_dir() else "it is no regular file"
        raise ValueError(msg)
    # Two runs with one file do not meet in its draft.
    part = path.with_name(f".tap-analytics-{secrets.token_hex(8)}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _now() -> str:
    return datetime.now(timezone.utc).isoformat()
