"""The files of the repository that are generated, whole or in part, and what each of them holds."""

from __future__ import annotations

import re
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from tools.dbt_package import dbt_files
from tools.declared_words import schema_file, words_tables
from tools.plugin_definition import loader_definition, plugin_definition, project_settings
from tools.settings import settings_table
from tools.stream_pages import stream_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT: Final = Path(__file__).parents[1]

STREAM_PAGES: Final = "docs/streams"
"""The folder that holds the page of each stream, and nothing else."""


def _loader(name: str) -> str:
    return loader_definition(name, yaml.safe_load(_read("meltano.yml")))


LOADERS: Final = ("target-postgres", "target-duckdb", "target-jsonl", "target-csv")
"""The loaders of `meltano.yml`."""


@cache
def _files() -> Mapping[str, Callable[[], str]]:
    """Return what makes the text of each file that is generated as a whole, by the file's path in the repository."""
    return {
        **{path: partial(str, text) for path, text in stream_pages().items()},
        "docs/declared-resources.schema.json": schema_file,
        "hub/tap-analytics.yml": plugin_definition,
        **{f"hub/{name}.yml": partial(_loader, name) for name in LOADERS},
        **dbt_files(),
    }


PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "docs/settings.md": settings_table,
    "docs/declared-words.md": words_tables,
    "meltano.yml": project_settings,
}
"""What makes the part of each other file that stands between two lines with the words `generated` and `end`."""

_PART: Final = re.compile(r"(?<=\n)([^\n]*\bgenerated: [^\n]*\n).*?(?=[^\n]*\bend of generated\b)", re.DOTALL)


def stale_files() -> list[str]:
    """Return the paths of the files that do not hold what they should, and of pages about streams that are no more."""
    return [path for path in (*_files(), *PARTS) if _read(path) != _text(path)] + _left_over()


def write_files() -> list[str]:
    """Write the files that do not hold what they should, delete those left over, and return the paths of both."""
    stale, left_over = stale_files(), _left_over()
    for path in left_over:
        (ROOT / path).unlink()
    for path in stale:
        if path not in left_over:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(_text(path), encoding="utf-8")
    return stale


def _left_over() -> list[str]:
    pages = (path.relative_to(ROOT).as_posix() for path in (ROOT / STREAM_PAGES).rglob("*.md"))
    return sorted(path for path in pages if path not in _files())


def _text(path: str) -> str:
    """Return what a file should hold.

    Raises:
        ValueError: The lines are missing between which a part of it is generated.
    """
    if path in _files():
        return _files()[path]()
    text, count = _PART.subn(lambda part: part[1] + PARTS[path](), _read(path))
    if count != 1:
        msg = f"{path} needs one line with 'generated: ' and one with 'end of generated' after it"
        raise ValueError(msg)
    return text


def _read(path: str) -> str:
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else ""
