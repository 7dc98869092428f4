"""Run the tap as a user does, as a process, and read what it wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import count
from tempfile import TemporaryFile
from threading import Timer
from typing import TYPE_CHECKING, Any
from zlib import crc32

from tap_analytics.apis.registry import STREAMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from tests.starter import Process, Starter

Message = dict[str, Any]

_LONGEST_RUN = 120
"""Seconds after which a process is killed."""

_PAUSES = 10
"""How often a reader that pauses does so."""


@dataclass(frozen=True)
class Run:
    """A finished run of the tap."""

    exit_code: int
    stdout: str
    stderr: str

    @cached_property
    def messages(self) -> list[Message]:
        """What was written to stdout, one message a line."""
        return [json.loads(line, parse_float=Decimal) for line in self.stdout.splitlines()]

    @property
    def state(self) -> dict[str, Any]:
        """The last state that was written."""
        return next(message["value"] for message in reversed(self.messages) if message["type"] == "STATE")

    def of(self, stream: str, kind: str) -> list[Message]:
        """Return a stream's messages of one kind, in order."""
        return [message for message in self.messages if message["type"] == kind and message["stream"] == stream]

    def records(self, stream: str) -> list[dict[str, Any]]:
        """Return a stream's records, in order."""
        return [message["record"] for message in self.of(stream, "RECORD")]

    @property
    def errors(self) -> list[str]:
        """The lines on stderr that are worse than a warning, or no log line at all."""
        return [
            line
            for line in self.stderr.splitlines()
            if not any(f"| {level}" in line for level in ("DEBUG", "INFO", "WARNING"))
        ]

    @property
    def warnings(self) -> list[str]:
        """The warnings on stderr."""
        return [line for line in self.stderr.splitlines() if "| WARNING" in line]


@dataclass
class Tap:
    """The tap, with a folder for the files that it is given."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    starter: Starter | None = None

    def run(
        self,
        config: Mapping[str, Any] | str | None = None,
        *options: str,
        state: object = None,
        catalog: object = None,
        **environment: str,
    ) -> Run:
        """Run the tap to its end.

        Args:
            config: The settings, or the text of the file that holds them; None gives no `--config`.
            options: Further options of the command line.
            state: The state to begin with.
            catalog: The catalog to follow.
            environment: Further variables of the process's environment.
        """
        arguments = [*options]
        for name, content in (("config", config), ("state", state), ("catalog", catalog)):
            if isinstance(content, dict) and name == "config":
                # Tests of the pace set it themselves; all others have no time for it.
                content = {"requests_per_second": 10_000, **content}  # noqa: PLW2901
            if content is not None:
                file = self.folder / f"{name}.json"
                file.write_text(content if isinstance(content, str) else json.dumps(content, default=str))
                arguments += [f"--{name}", str(file)]
        variables = {**os.environ, "PYTHONUNBUFFERED": "1" if _turn() & 1 else "", **self.environment, **environment}
        # Only Python itself reads these, when it starts.
        starter = None if any(name.startswith(("PYTHON", "LC_")) for name in environment) else self.starter
        return _finished(arguments, variables, starter, pauses=bool(_turn() & 2))

    def catalog(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return what `--discover` prints."""
        catalog: dict[str, Any] = json.loads(self.run(config, "--discover").stdout)
        return catalog


def _turn() -> int:
    """Return a number that differs from test to test.

    Some tests have a stdout that is unbuffered, as in many container images, some a reader that pauses.
    """
    return crc32(os.environ.get("PYTEST_CURRENT_TEST", "").encode())


def _finished(arguments: Sequence[str], variables: Mapping[str, str], starter: Starter | None, *, pauses: bool) -> Run:
    """Run the tap to its end, and read what it writes as a target does."""
    ours, theirs = os.pipe()
    with TemporaryFile() as stderr, open(ours, "rb", buffering=0) as pipe:  # noqa: PTH123 - no path
        process: Process
        if starter:
            process = starter.start(arguments, variables, theirs, stderr.fileno())
        else:
            process = subprocess.Popen(  # noqa: S603 - the tap itself
                [sys.executable, "-m", "tap_analytics", *arguments], stdout=theirs, stderr=stderr, env=variables
            )
        os.close(theirs)
        last_resort = Timer(_LONGEST_RUN, process.kill)
        last_resort.start()
        stdout = bytearray()
        for number in count():
            part = pipe.read(1000 if pauses else 2**16)
            if not part:
                break
            stdout += part
            if pauses and number % 8 == 0 and number < _PAUSES * 8:
                time.sleep(0.05)
        exit_code = process.wait()
        last_resort.cancel()
        stderr.seek(0)
        return Run(exit_code, stdout.decode(), stderr.read().decode())


@dataclass(frozen=True)
class Declared:
    """What a stream class declares."""

    name: str
    primary_keys: tuple[str, ...]
    replication_key: str | None
    selected_by_default: bool


def streams_of(api: str) -> list[Declared]:
    """Return what the streams of an API declare."""
    words = [{word: getattr(stream, word) for word in Declared.__annotations__} for stream in STREAMS[api]]
    return [Declared(**declared) for declared in words]


class Tables:
    """What a target that keeps rows by key, and honours ACTIVATE_VERSION, would hold."""

    def __init__(self) -> None:
        self._keys: dict[str, list[str]] = {}
        self._rows: dict[str, dict[tuple[Any, ...], Message]] = defaultdict(dict)

    def load(self, messages: Iterable[Message]) -> None:
        """Load the messages of a run, as far as they go."""
        for message in messages:
            match message["type"]:
                case "SCHEMA":
                    self._keys[message["stream"]] = message["key_properties"]
                case "RECORD":
                    key = tuple(message["record"][name] for name in self._keys[message["stream"]])
                    self._rows[message["stream"]][key] = message
                case "ACTIVATE_VERSION":
                    rows = self._rows[message["stream"]]
                    for key in [key for key, row in rows.items() if row.get("version") != message["version"]]:
                        del rows[key]

    def rows(self, stream: str) -> list[dict[str, Any]]:
        """Return a table's rows, sorted by key."""
        return [row["record"] for _, row in sorted(self._rows[stream].items())]


def select(catalog: dict[str, Any], *streams: str, **metadata: Any) -> dict[str, Any]:
    """Select some of a catalog's streams, and no others; further metadata, with dashes for `_`, goes to each."""
    for entry in catalog["streams"]:
        root = next(item["metadata"] for item in entry["metadata"] if not item["breadcrumb"])
        root["selected"] = entry["tap_stream_id"] in streams
        if root["selected"]:
            root.update({name.replace("_", "-"): value for name, value in metadata.items()})
    return catalog
