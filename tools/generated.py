"""The files of the repository that are generated, whole or in part, and what each of them holds."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from tools.dbt_package import dbt_files
from tools.declared_words import schema_file, words_tables
from tools.plugin_definition import loader_definition, plugin_definition, project_settings
from tools.settings import readme_table
from tools.streams_page import streams_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT: Final = Path(__file__).parents[1]


def _loader(name: str) -> str:
    return loader_definition(name, yaml.safe_load(_read("meltano.yml")))


LOADERS: Final = ("target-postgres", "target-duckdb", "target-jsonl", "target-csv")
"""The loaders of `meltano.yml`."""

FILES: Final[Mapping[str, Callable[[], str]]] = {
    "docs/streams.md": streams_page,
    "docs/declared-resources.schema.json": schema_file,
    "hub/tap-analytics.yml": plugin_definition,
    **{f"hub/{name}.yml": partial(_loader, name) for name in LOADERS},
    **dbt_files(),
}
"""What makes the text of each file that is generated as a whole, by the file's path in the repository."""

PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "README.md": readme_table,
    "meltano.yml": project_settings,
    "docs/declared-resources.md": words_tables,
}
"""What makes the part of each other file that stands between two lines with the words `generated` and `end`."""

_PART: Final = re.compile(r"(?<=\n)([^\n]*\bgenerated: [^\n]*\n).*?(?=[^\n]*\bend of generated\b)", re.DOTALL)


def stale_files() -> list[str]:
    """Return the paths of the files that do not hold what they should."""
    return [path for path in (*FILES, *PARTS) if _read(path) != _text(path)]


def write_files() -> list[str]:
    """Write the files that do not hold what they should, and return their paths."""
    stale = stale_files()
    for path in stale:
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(_text(path), encoding="utf-8")
    return stale


def _text(path: str) -> str:
    """Return what a file should hold.

    Raises:
        ValueError: The lines are missing between which a part of it is generated.
    """
    if path in FILES:
        return FILES[path]()
    text, count = _PART.subn(lambda part: part[1] + PARTS[path](), _read(path))
    if count != 1:
        msg = f"{path} needs one line with 'generated: ' and one with 'end of generated' after it"
        raise ValueError(msg)
    return text


def _read(path: str) -> str:
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else ""
