"""Give a target the messages of a run that is over, without Meltano in between."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import yaml

from demo.processes import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path


def load(meltano: Path, target: str, messages: str, folder: Path, **settings: object) -> Any:  # noqa: ANN401 - a state may be anything
    """Give messages to a target, as Meltano installed it.

    Returns:
        The last state that it wrote, None if it wrote none.
    """
    config = folder / f"{target}.json"
    config.write_text(json.dumps(settings), encoding="utf-8")
    executable = meltano / ".meltano" / "loaders" / target / "venv" / "bin" / target
    done = subprocess.run(  # noqa: S603 - our own target
        [executable, "--config", config], input=messages, text=True, encoding="utf-8", check=True, capture_output=True
    )
    states = done.stdout.splitlines()
    return json.loads(states[-1]) if states else None


def settings_of(target: str) -> dict[str, Any]:
    """Return the settings that `meltano.yml` gives a target."""
    project = yaml.safe_load((CHECKOUT / "meltano.yml").read_text(encoding="utf-8"))
    (settings,) = (loader["config"] for loader in project["plugins"]["loaders"] if loader["name"] == target)
    return dict(settings)
