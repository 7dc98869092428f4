"""What is wrong with variables of the environment that hold settings, told in sentences without a value."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Final

from singer_sdk.configuration._dict_config import TRUTHY

from tap_analytics.apis.declared.configuration import SETTINGS as DECLARATIONS
from tap_analytics.quoting import guess, shorten
from tap_analytics.records.schema_faults import type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_OTHERS: Final = ("LOGLEVEL", "LOAD_SCHEMA")
"""Variables of the log, and of Meltano, that are named like settings."""


def environment_faults(jsonschema: Mapping[str, Any], prefix: str) -> list[str]:
    """Say which variables of the environment hold a text that cannot be read as their setting's type.

    Args:
        jsonschema: The schema of all settings.
        prefix: What the name of a setting's variable begins with.

    Returns:
        One sentence for each such variable.
    """
    readers: dict[str, Callable[[str], object]] = {
        "integer": int,
        "boolean": _read_boolean,
        "array": json.loads,
        "object": json.loads,
    }
    found = []
    for name, schema in jsonschema["properties"].items():
        variable = f"{prefix}{name.upper()}"
        for kind, read in readers.items():
            try:
                if name not in DECLARATIONS and kind in schema["type"] and variable in os.environ:
                    read(os.environ[variable])
            except ValueError:
                found.append(f"the variable {variable} must be {type_name(kind)}{' in JSON' * (read is json.loads)}")
    return found


def unknown_variables(jsonschema: Mapping[str, Any], prefix: str) -> list[str]:
    """Return the variables of the environment that are named like settings of the tap, and of which there is none.

    Args:
        jsonschema: The schema of all settings.
        prefix: What the name of a setting's variable begins with.
    """
    known = {f"{prefix}{name.upper()}" for name in jsonschema["properties"]}
    foreign = {f"{prefix}{name}" for name in _OTHERS}
    # Meltano sets variables with a second underscore, too.
    names = (name for name in os.environ if name.startswith(prefix) and not name.startswith(f"{prefix}_"))
    return [f"{shorten(name)}{guess(name, known)}" for name in sorted(names) if name not in known | foreign]


def unread_variables(faults: Iterable[str], prefix: str) -> list[str]:
    """Say which settings that are missing stand in the environment, which nobody asked the tap to read.

    Args:
        faults: What is wrong with the settings.
        prefix: What the name of a setting's variable begins with.
    """
    missing = [match[1] for fault in faults if (match := re.match(r"'(\w+)' is missing", fault))]
    found = [name for name in (f"{prefix}{each.upper()}" for each in missing) if name in os.environ]
    return [f"the variable {name} is read with --config ENV only" for name in found]


def boolean_faults(jsonschema: Mapping[str, Any], prefix: str) -> list[str]:
    """Say which variables of the environment should hold a truth value and do not: the SDK takes any text for false.

    Args:
        jsonschema: The schema of all settings.
        prefix: What the name of a setting's variable begins with.

    Returns:
        One sentence for each such variable.
    """
    settings = {name: schema for name, schema in jsonschema["properties"].items() if "boolean" in schema["type"]}
    return environment_faults({"properties": settings}, prefix)


def _read_boolean(text: str) -> bool:
    if text.lower() not in {*TRUTHY, "false", "0", "no", "off", ""}:
        raise ValueError
    return text.lower() in TRUTHY
