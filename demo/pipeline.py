"""Run the project's `meltano.yml` with a `.meltano` folder elsewhere, and count what the tap reads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter, deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from analytics_sandbox import Sandbox

EXTRACTORS = {"tap-analytics": "tap_analytics", "tap-analytics-support": "tap_analytics_support"}
"""The extractors of `meltano.yml`, and the schema that each loads into."""

CHECKOUT = Path(__file__).resolve().parent.parent
MELTANO = Path(sys.executable).with_name("meltano")

_TAIL = 25
_GRACE = 10
_SETTINGS = ("MELTANO_", "TAP_", "TARGET_")
_LOUD = {"warning", "error", "critical"}
_TELL = ("Installing ", "Installed ", "Beginning sync ", "Incremental state ")


def settings(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment variables that point both extractors at a sandbox."""
    configs = zip(EXTRACTORS.values(), (sandbox.subscription_config, sandbox.support_config), strict=True)
    return {
        f"{extractor}_{name}".upper(): value
        for extractor, config in configs
        for name, value in config.items()
        # Which API it is, the project file has to know.
        if name != "api"
    }


class PipelineError(Exception):
    """A command failed; the message holds the command and its last lines."""


class Pipeline:
    """The project's own pipelines, with state, plugins and logs outside of the checkout.

    Args:
        folder: An existing folder for all that Meltano writes.
        settings: The plugins' settings, as environment variables.
        tell: Is given a line whenever there is progress.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str], tell: Callable[[str], object] = str) -> None:
        self.folder = folder
        self.settings = dict(settings)
        self.tell = tell

    def install(self, *plugins: str) -> None:
        """Install plugins, each with an environment of its own."""
        for _ in self._entries("install", *plugins):
            pass

    def run(self, extractor: str, loader: str) -> Counter[str]:
        """Load what an extractor reads, beginning where the run before ended.

        Args:
            extractor: Name of the extractor.
            loader: Name of the loader.

        Returns:
            How many records were read of each stream.
        """
        read: Counter[str] = Counter()
        for entry in self._entries("run", extractor, loader):
            metric = entry.get("metric_info", {})
            if entry.get("producer") and metric.get("metric") == "record_count":
                stream = metric["tags"]["stream"]
                read[stream] += metric["value"]
                self.tell(f"{extractor}: {stream}: {read[stream]} records")
        return read

    def _entries(self, *arguments: str) -> Iterator[dict[str, Any]]:
        """Run Meltano, hand over its log entry by entry, and see to it that it ends."""
        command = [str(MELTANO), "--log-format=json", f"--env-file={os.devnull}", *arguments]
        tail: deque[str] = deque(maxlen=_TAIL)
        with subprocess.Popen(  # noqa: S603
            command,
            cwd=CHECKOUT,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A session of its own, so that the tap and the target can be ended together with Meltano.
            start_new_session=True,
        ) as process:
            try:
                for line in process.stdout or ():
                    entry = _entry(line)
                    tail.append(_text(entry))
                    if entry.get("level") in _LOUD or str(entry["event"]).startswith(_TELL):
                        self.tell(_text(entry))
                    yield entry
            except BaseException:
                _end(process)
                raise
        if process.returncode != 0:
            msg = "\n".join([f"meltano {' '.join(arguments)} ended with {process.returncode}:", *tail])
            raise PipelineError(msg)

    def _environment(self) -> dict[str, str]:
        """Keep what the caller has set for other runs of the same plugins out."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
        return {
            **inherited,
            **self.settings,
            "MELTANO_SYS_DIR_ROOT": str(self.folder),
            # Meltano may not rewrite `meltano.yml`.
            "MELTANO_PROJECT_READONLY": "true",
            "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
        }


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError:  # A plugin's own output, such as the traceback of a loader.
        entry = None
    return entry if isinstance(entry, dict) and "event" in entry else {"event": line.rstrip()}


def _text(entry: Mapping[str, Any]) -> str:
    words = [entry.get("name"), entry["event"], entry.get("plugin_exc_message")]
    return ": ".join(str(word) for word in words if word)


def _end(process: subprocess.Popen[str]) -> None:
    """End a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
        # Whoever of them is still there by now does not listen.
        os.killpg(process.pid, signal.SIGKILL)
