"""Run the pipelines of the project's `meltano.yml` away from the checkout, and count what the tap reads."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections import Counter, deque
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demo.processes import CHECKOUT, Processes

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping

    from analytics_sandbox import Sandbox

EXTRACTORS = {"tap-analytics": "tap_analytics", "tap-analytics-support": "tap_analytics_support"}
"""The extractors of `meltano.yml`, and the schema that each loads into."""

MELTANO = Path(sys.executable).with_name("meltano")

_SETTINGS = ("MELTANO_", "TAP_", "TARGET_")
_LOUD = {"warning", "error", "critical"}
_TELL = ("Installing ", "Installed ", "Incremental state ")


def settings(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment variables that point both extractors at a sandbox."""
    configs = zip(EXTRACTORS.values(), (sandbox.subscription_config, sandbox.support_config), strict=True)
    return {
        f"{extractor}_{name}".upper(): value
        for extractor, config in configs
        # The services' limits are not the sandbox's.
        for name, value in {**config, "requests_per_second": "1000"}.items()
        # Which API it is, the project file has to know.
        if name != "api"
    }


class Pipeline:
    """The project's own pipelines, run in another folder, so that the checkout stays as it is.

    Args:
        folder: An existing folder for a copy of the project file and for all that Meltano and the loaders write.
        settings: The plugins' settings, as environment variables.
        tell: Is given a line whenever there is progress.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str], tell: Callable[[str], object] = str) -> None:
        self.folder = folder
        self.settings = dict(settings)
        self.tell = tell
        self._processes = Processes(folder, self._environment())

    def install(self, *plugins: str) -> None:
        """Install plugins, each with an environment of its own, and the tap from the checkout."""
        project = (CHECKOUT / "meltano.yml").read_text(encoding="utf-8")
        here = "pip_url: -e .\n"
        if here not in project:
            msg = f"meltano.yml has no line '{here.strip()}'"
            raise ValueError(msg)
        project = project.replace(here, f"pip_url: -e {shlex.quote(str(CHECKOUT))}\n")
        (self.folder / "meltano.yml").write_text(project, encoding="utf-8")
        with closing(self._entries("install", *plugins)) as entries:
            deque(entries, maxlen=0)

    def run(self, *pairs: tuple[str, str], options: Iterable[str] = ()) -> dict[str, Counter[str]]:
        """Load what extractors read, one after the other, beginning where the run before ended.

        Args:
            *pairs: Names of an extractor and of a loader each.
            options: Options of `meltano run`.

        Returns:
            How many records each extractor read of each stream.
        """
        read: dict[str, Counter[str]] = {extractor: Counter() for extractor, _ in pairs}
        with closing(self._entries("run", *options, *chain.from_iterable(pairs))) as entries:
            for entry in entries:
                if "summary" in entry:
                    streams = entry["summary"]["streams"]
                    read[entry["name"]] += Counter({each["stream"]: each["records"] for each in streams})
        return read

    def run_at_once(self, *pairs: tuple[str, str]) -> dict[str, Counter[str]]:
        """Load what extractors read, all at the same time; what one of them is ended by ends the others.

        Returns:
            How many records each extractor read of each stream.
        """
        with ThreadPoolExecutor(len(pairs)) as threads:
            runs = [threads.submit(self.run, pair) for pair in pairs]
            try:
                ended, _ = wait(runs, return_when=FIRST_EXCEPTION)
                for run in ended:
                    run.result()
            except BaseException:
                self._processes.stop()
                raise
        return {extractor: read for run in runs for extractor, read in run.result().items()}

    def _entries(self, *arguments: str) -> Generator[dict[str, Any]]:
        """Run Meltano, and hand over its log entry by entry."""
        with closing(self._processes.lines(MELTANO, "--log-format=json", *arguments, readable=_readable)) as lines:
            for line in lines:
                entry = _entry(line)
                is_progress = entry.get("producer") and entry.get("stream_name")
                if is_progress or entry.get("level") in _LOUD or str(entry["event"]).startswith(_TELL):
                    self.tell(_text(entry))
                yield entry

    def _environment(self) -> dict[str, str]:
        """Keep what the caller has set for other runs of the same plugins out."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
        return {
            **inherited,
            **self.settings,
            "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
        }


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError:  # A plugin's own output, such as the traceback of a loader.
        entry = None
    return entry if isinstance(entry, dict) and "event" in entry else {"event": line.rstrip()}


def _readable(line: str) -> str:
    entry = _entry(line)
    return "" if "metric_info" in entry else _text(entry)


def _text(entry: Mapping[str, Any]) -> str:
    words = [entry.get("name"), entry["event"], entry.get("plugin_exc_message")]
    return ": ".join(str(word) for word in words if word)
