"""What all tests share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from analytics_sandbox import Sandbox

from tests.singer import Tap
from tests.starter import Starter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


_SLOWEST = ("test_postgres.py", "laws", "pipeline", "faults", "integration")
"""Folders and files of tests, the slowest first.

The first file of the pipeline installs all plugins. The other ones come later, so that no process waits for that.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slowest tests, so that no process is left with one of them when the others have finished."""
    items.sort(key=lambda item: [folder not in item.path.parts for folder in _SLOWEST])


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter | None]:
    """What starts taps without loading all modules for each of them, where processes can be forked."""
    if not hasattr(os, "fork"):
        yield None
        return
    with Starter() as starter:
        yield starter


@pytest.fixture
def tap(tmp_path: Path, starter: Starter | None) -> Tap:
    """The tap as a process."""
    return Tap(tmp_path, {"TAP_ANALYTICS_LOGLEVEL": "INFO"}, starter)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Both APIs, with some hundred rows each."""
    with Sandbox(size=60) as sandbox:
        yield sandbox
