"""The files of the repository that are generated, and what each of them holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tools.streams_page import streams_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT: Final = Path(__file__).parents[1]

GENERATED: Final[Mapping[str, Callable[[], str]]] = {"docs/streams.md": streams_page}
"""What makes the text of each file, by the file's path in the repository."""


def stale_files() -> list[str]:
    """Return the paths of the generated files that do not hold what they should."""
    return [path for path, make in GENERATED.items() if _read(ROOT / path) != make()]


def write_files() -> list[str]:
    """Write the generated files that do not hold what they should, and return their paths."""
    stale = stale_files()
    for path in stale:
        (ROOT / path).write_text(GENERATED[path](), encoding="utf-8")
    return stale


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
