"""The tables of words in `docs/declared-words.md`, and the JSON schema for editors."""

from __future__ import annotations

import json
from typing import Any, Final

from tap_analytics.apis.declared.vocabulary.json_schema import editor_schema

_TABLES: Final = {
    "The whole object": ["Configuration"],
    "`client`": ["ClientWords"],
    "`auth`": ["BearerWord", "ApiKeyWord", "HttpBasicWord", "ClientCredentialsWord"],
    "A resource, and `resource_defaults`": ["Resource"],
    "`write_disposition` as an object": ["DispositionWord"],
    "`columns`": ["Column"],
    "`endpoint`": ["Endpoint"],
    "`paginator`": [
        "SinglePageWord",
        "CursorWord",
        "PageNumberWord",
        "OffsetWord",
        "JsonLinkWord",
        "HeaderLinkWord",
        "HeaderCursorWord",
        "AutoWord",
    ],
    "`incremental`": ["Incremental"],
    "`response_actions`": ["ResponseAction"],
    "`error_handler`": ["ErrorHandler"],
}


def words_tables() -> str:
    """Return tables of all words as they are now."""
    parts = editor_schema()["$defs"]
    tables = [_table(title, [parts[name] for name in names if name in parts]) for title, names in _TABLES.items()]
    return "\n" + "\n".join(tables) + "\n"


def schema_file() -> str:
    """Return the JSON schema of all that `resources` takes."""
    return json.dumps(editor_schema(), indent=2, ensure_ascii=False) + "\n"


def _table(title: str, parts: list[dict[str, Any]]) -> str:
    lines = [f"## {title}", "", "| word | meaning |", "| --- | --- |"]
    for part in parts:
        words = dict(part["properties"])
        kind = words.pop("type", {}).get("enum")
        if kind:
            lines.append(f"| **`type: {kind[0]}`** | {part['description']} |")
        lines += [f"| `{name}` | {_described(word)} |" for name, word in words.items()]
    return "\n".join([*lines, ""])


def _described(word: dict[str, Any]) -> str:
    told: str = word.get("description") or next(
        (each["description"] for each in word.get("anyOf", []) if "description" in each), ""
    )
    return " ".join(told.replace("|", "\\|").split())
