"""What the pipeline's tests share: Meltano's plugins, installed once however many processes run tests."""

from __future__ import annotations

import fcntl
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from demo.pipeline import EXTRACTORS, Pipeline
from tests.pipeline.files import FILE_LOADERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOADERS = ("target-postgres", "target-csv", *FILE_LOADERS)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for Meltano in which all plugins of the project file are installed, for all processes."""
    base = tmp_path_factory.getbasetemp()
    # pytest-xdist gives each of its processes a folder of its own in the folder of the run.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "plugins"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            Pipeline(folder, {}).install(*EXTRACTORS, *LOADERS)
            (folder / "installed").touch()
    return folder


@pytest.fixture(scope="module")
def meltano(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project of Meltano with the plugins' environments of `installed`, and with files and a state of its own."""
    folder = tmp_path_factory.mktemp("meltano")
    shutil.copy(installed / "meltano.yml", folder)
    shutil.copytree(
        installed / ".meltano", folder / ".meltano", ignore=shutil.ignore_patterns("extractors", "loaders", "logs")
    )
    for kind in ("extractors", "loaders"):
        (folder / ".meltano" / kind).symlink_to(installed / ".meltano" / kind)
    yield folder
    shutil.rmtree(folder)
