"""YAML as people write it."""

from __future__ import annotations

from typing import Any, Final

import yaml
from typing_extensions import override

_WIDTH: Final = 118


class _Dumper(yaml.SafeDumper):
    """Writes YAML as people do: items of lists are indented, texts of several lines are blocks."""

    @override
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def yaml_text(value: dict[str, Any]) -> str:
    """Return an object as YAML."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return text
