"""Conditions on records, in the language of the filters in stream maps."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final

from simpleeval import DEFAULT_FUNCTIONS, EvalWithCompoundTypes

from tap_analytics.errors import StreamError
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

_FUNCTIONS: Final = {name: DEFAULT_FUNCTIONS[name] for name in ("int", "float", "str")} | {"bool": bool, "len": len}
_RECORD: Final = ("record", "_")
"""Names that stand for the whole record, as in stream maps."""


class Condition:
    """Says of each record of one list whether a condition holds.

    A field that a record does not have is None, since many services leave out what is null. A field that no record has
    is a mistake in the expression.

    Args:
        text: A Python expression, in which each name is a field of the record, and `record` is the whole of it.

    Raises:
        ValueError: It is no such expression.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._names = _names_in(text)
        self._unseen = set(self._names)
        self._has_seen_any = False
        self._evaluator = EvalWithCompoundTypes(functions=_FUNCTIONS)
        self._parsed = self._evaluator.parse(text)

    def holds(self, record: Mapping[str, Any]) -> bool:
        """Say whether it holds for a record.

        Args:
            record: The record.

        Raises:
            ValueError: The expression fails for this record.
        """
        self._has_seen_any = True
        self._unseen.difference_update(record)
        fields = {name: record.get(name) for name in self._names}
        self._evaluator.names = fields | dict.fromkeys(_RECORD, record)
        try:
            return bool(self._evaluator.eval(self._text, previously_parsed=self._parsed))
        except Exception as error:
            msg = f"{type(error).__name__}: {shorten(str(error))}"
            raise ValueError(msg) from error

    def check(self) -> None:
        """Check that its names are fields of the records.

        Raises:
            StreamError: No record had one of them.
        """
        if self._has_seen_any and self._unseen:
            names = ", ".join(f"'{name}'" for name in sorted(self._unseen))
            msg = f"no record has {names}, which '{shorten(self._text)}' asks for"
            raise StreamError(msg)


def _names_in(text: str) -> list[str]:
    """Return the names in an expression that are fields of the record."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError) as error:
        msg = f"is no expression: {shorten(str(error))}"
        raise ValueError(msg) from error
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    if unknown := called - _FUNCTIONS.keys():
        msg = f"is no expression: there is no function '{min(unknown)}', only {', '.join(_FUNCTIONS)}"
        raise ValueError(msg)
    bound = {*_FUNCTIONS, *_RECORD}
    bound |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    used = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    return sorted({name for name in used if name not in bound})
