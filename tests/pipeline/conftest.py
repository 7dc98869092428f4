"""What the pipeline's tests share: Meltano's plugins, installed once for each process that runs tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from demo.pipeline import EXTRACTORS, Pipeline

if TYPE_CHECKING:
    from pathlib import Path

LOADERS = ("target-postgres", "target-duckdb", "target-jsonl")


@pytest.fixture(scope="session")
def meltano(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for Meltano in which all plugins of the project file are installed."""
    folder = tmp_path_factory.mktemp("meltano")
    Pipeline(folder, {}).install(*EXTRACTORS, *LOADERS)
    return folder
