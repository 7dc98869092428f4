"""The accounts in a list: names only, since settings and secrets belong elsewhere."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import yaml
from msgspec import Struct

from tap_analytics.errors import SettingsError
from tap_analytics.quoting import kind_of, line_of, shorten
from tap_analytics.shards.labels import label_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST_NAME: Final = 200

_YAML: Final = re.compile(r"-(\s|$)|---$")
"""How a line begins that is an item of a list in YAML, or a document; no name of an account does."""


class Account(Struct, frozen=True):
    """An account.

    Attributes:
        name: Its name, as it was listed.
        label: The name as databases, schedulers and clusters take it; no other account of the list has it.
    """

    name: str
    label: str


def accounts_in(text: str) -> list[Account]:
    """Return the accounts that a text lists: names, one on each line, or a list in JSON or YAML.

    Args:
        text: The text. Empty lines, and those that begin with #, are no accounts.

    Raises:
        SettingsError: There is no account in it, or something else than names.
    """
    text = text.removeprefix("\ufeff")
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if lines and (lines[0][0] in "[{" or any(_YAML.match(line) for line in lines)):
        return _accounts(_listed(text))
    return _accounts(lines)


def _listed(text: str) -> Iterable[Any]:
    """Return the items of a list in JSON or YAML."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        try:
            # This loader takes each scalar as the text that it is written as: `no` and `007` are names.
            document = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - it makes texts, lists and dictionaries
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            msg = f"Accounts: neither JSON nor YAML{line_of(error)}"
            raise SettingsError(msg) from error
    if not isinstance(document, list):
        msg = f"Accounts: {kind_of(document)}, where a list of names belongs"
        raise SettingsError(msg)
    return document


def _accounts(names: Iterable[Any]) -> list[Account]:
    found: dict[str, Account] = {}
    for position, value in enumerate(names, start=1):
        # Many services number their accounts.
        name = str(value) if type(value) is int else value
        if not isinstance(name, str) or not name.strip():
            what = "an empty text" if isinstance(name, str) else kind_of(name)
            msg = f"Accounts: number {position} is {what}, where a name belongs; settings belong into the environment"
            raise SettingsError(msg)
        if len(name) > _LONGEST_NAME or not name.isprintable():
            msg = (
                f"Accounts: number {position} is longer than {_LONGEST_NAME} characters, or has some that do not print"
            )
            raise SettingsError(msg)
        account = Account(name.strip(), label_of(name.strip()))
        if other := found.get(account.label):
            told = f"'{shorten(account.name)}'"
            msg = f"Accounts: number {position} ({told}) is listed before, as '{shorten(other.name)}'"
            raise SettingsError(msg)
        found[account.label] = account
    if not found:
        msg = "Accounts: none is listed"
        raise SettingsError(msg)
    return list(found.values())
