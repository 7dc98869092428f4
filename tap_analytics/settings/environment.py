"""What is wrong with variables of the environment that hold settings, told in sentences without a value."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from singer_sdk.configuration._dict_config import TRUTHY

from tap_analytics.apis.declared.configuration import SETTINGS as DECLARATIONS
from tap_analytics.records.schema_faults import type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


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
