"""The cases: what is pasted, what the API serves, and which rows are to come.

A case has `config` (what is pasted: the list of resources, or the whole object), `api` (see `route.py`), `expect` (by
stream: a number of rows with ids from 1, or a list of ids or of rows with some of their fields), and may have
`settings` (the tap's further settings), `secrets` (what stands for `dlt.secrets["name"]` where dlt runs the case),
`told` (a pattern of what stderr says), `refused` (a pattern of the error that ends the run before its first request),
`then` (`api` with what has changed, `expect` with the table after a second run, `not_again` with ids that it must not
bring once more), `dlt` (where dlt does something else) and `open` (why it does not work yet).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ORIGIN = "https://api.example.com"
"""The origin in pasted configurations; the server's own takes its place."""


@dataclass(frozen=True)
class Case:
    """A case.

    Attributes:
        name: Its name among all cases.
        words: What the module describes.
    """

    name: str
    words: dict[str, Any]

    def config(self, origin: str) -> dict[str, Any]:
        """Return the pasted configuration as a whole object, with the server's origin."""
        pasted: Any = json.loads(json.dumps(self.words["config"]).replace(ORIGIN, origin))
        whole = {"resources": pasted} if isinstance(pasted, list) else pasted
        return {"client": {"base_url": origin}, **whole}

    def api(self, origin: str, part: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the description of the API, or the changes of it, with the server's origin."""
        served = self.words["api"] if part is None else part
        replaced: dict[str, Any] = json.loads(json.dumps(served).replace(ORIGIN, origin))
        return replaced


@cache
def cases(folder: str) -> list[Case]:
    """Return the cases of the YAML files in a folder: one case, or a list of them, a file."""
    found = []
    for path in sorted((Path(__file__).parent / folder).glob("*.yml")):
        content = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
        if isinstance(content, list):
            found += [Case(f"{path.stem}-{words['name']}", words) for words in content]
        else:
            found.append(Case(path.stem, content))
    return found


def expected(rows: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
    """Return expected rows in full."""
    given = range(1, rows + 1) if isinstance(rows, int) else rows
    return [row if isinstance(row, dict) else {"id": row} for row in given]


def differences(rows: list[dict[str, Any]], wanted: Any) -> list[str]:  # noqa: ANN401 - any JSON
    """Say which rows are missing, and which are too many, by the fields that are expected."""
    wanted = [_plain(row) for row in expected(wanted)]
    rows = [_plain(row) for row in rows]
    names = dict.fromkeys(name for row in wanted for name in row)
    # A row that is not expected at all is known by its id, if nothing else.
    left = [{name: row.get(name) for name in (names or ["id"])} for row in rows]
    missing = []
    for row in wanted:
        full = {name: row.get(name) for name in names}
        if full in left:
            left.remove(full)
        else:
            missing.append(full)
    return [f"missing: {row}" for row in missing] + [f"not expected: {row}" for row in left]


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a value with its instants in one style."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        instant = datetime.fromisoformat(re.sub(r"Z$", "+00:00", value))
        return (instant if instant.tzinfo else instant.replace(tzinfo=timezone.utc)).timestamp()
    return value
