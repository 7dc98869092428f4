"""The declarations in the settings, however they are given: as settings, as one object, as text, or in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml
from msgspec import Struct

from tap_analytics.quoting import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SETTINGS: Final = ("client", "resource_defaults", "resources")
"""The settings that hold declarations. The last one may hold an object with all of them."""

OF_A_PROJECT: Final = frozenset(
    {"type", "name", "section", "schema", "schema_contract", "spec", "root_key", "max_table_nesting", "parallelized"}
)
"""What an object of dlt's project file, or a call of its source, has beside them: nothing that has an effect here."""

NO_LIST: Final = "must be a list of resources, or an object that has such a list under 'resources'"
_NO_JSON: Final = "there is no NaN, no Infinity and no half of a character in JSON"


class Given(Struct, frozen=True):
    """What is declared, unchecked.

    Attributes:
        parts: What stands under the words of `SETTINGS`, without those that are missing or null.
        faults: A sentence for each thing that cannot be read.
    """

    parts: dict[str, Any]
    faults: list[str]


class _Loader(yaml.SafeLoader):
    """Reads YAML as JSON would have it: a date is a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def given(config: Mapping[str, Any]) -> Given:
    """Return what the settings declare.

    Args:
        config: The settings.
    """
    parts: dict[str, Any] = {}
    faults: list[str] = []
    for name in SETTINGS:
        value = config.get(name)
        try:
            if isinstance(value, str):
                value = _read(value)
            # YAML and Python know more than JSON, like numbers as names.
            text = json.dumps(value, ensure_ascii=False, allow_nan=False)
            value = json.loads(text.encode())
        except (ValueError, TypeError, RecursionError) as error:
            faults.append(f"{name}: {error if type(error) is ValueError else _NO_JSON}")
        else:
            if value is not None:
                parts[name] = value
    whole = parts.get("resources")
    if isinstance(whole, dict):
        del parts["resources"]
        faults += _spread(whole, parts)
    return Given(parts, faults)


def _spread(whole: dict[str, Any], parts: dict[str, Any]) -> Iterator[str]:
    """Add the parts of one object to what stands beside it, and say what is wrong with them."""
    if "resources" not in whole:
        yield f"resources: {NO_LIST}"
        return
    for name, value in whole.items():
        if value is None or name in OF_A_PROJECT:
            continue
        if name not in SETTINGS:
            yield f"resources: an object in it has {', '.join(map(repr, SETTINGS))}, and nothing else"
        elif name in parts and parts[name] != value:
            yield f"{name}: is both a setting and part of 'resources', with different values; keep one of them"
        else:
            parts[name] = value


def _read(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Return what a text holds, or the file that it is the path of.

    Raises:
        ValueError: It cannot be read.
    """
    if text.lstrip()[:1] in {"[", "{"}:
        try:
            return json.loads(text)
        except ValueError as error:
            msg = f"is a text that holds no JSON ({error})"
            raise ValueError(msg) from None
    try:
        content = Path(text).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        msg = (
            f"a text is the path of a file, and it cannot be read: {reason} (paths begin at the folder that the tap is "
            "started in)"
        )
        raise ValueError(msg) from None
    try:
        return json.loads(content) if Path(text).suffix == ".json" else yaml.load(content, _Loader)  # noqa: S506 - a SafeLoader
    except (ValueError, yaml.YAMLError) as error:
        language = "JSON" if Path(text).suffix == ".json" else "YAML"
        msg = f"is the path of a file that holds no {language}{line_of(error)}"
        raise ValueError(msg) from None
