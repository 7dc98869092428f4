"""The partitions of a stream under another one: the lists under the parent's records, and what each is asked for by."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlencode

from msgspec import Struct
from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.placeholders import names_in
from tap_analytics.paging.request_template import fill_params, fill_path
from tap_analytics.quoting import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from tap_analytics.paging.request_template import RequestTemplate
    from tap_analytics.sync.parents import Candidate, Parent

_LONGEST_KEY: Final = 200
"""Characters of a partition's key that are kept as they are behind the address: keys are kept in the state."""


class Partition(Struct, frozen=True):
    """The list under one parent's record.

    Attributes:
        key: What tells the list from others, as one text: it is the same in every run.
        values: The values of the placeholders for the record's fields.
        added: What goes into each of its records.
    """

    key: str
    values: Mapping[str, object]
    added: dict[str, Any]


class NoReferenceError(StreamError):
    """A parent's record has nothing where a placeholder asks for a value, so there is no list to ask for."""


class Partitions:
    """Finds the partitions of a stream, each once: what is asked for under each record of the parent.

    Records that ask for the same list are different parents if what its records get from them tells these apart.

    Args:
        parent: The list that the records are from.
        template: The request.
        keys: The primary key of the list's records; without one, all that they get from a parent tells them apart.
    """

    def __init__(self, parent: Parent, template: RequestTemplate, keys: Collection[str] = ()) -> None:
        self._parent = parent
        self._references = parent.references(template)
        self._path = template.path
        self._params = template.params_of_parent
        # In the key, the other placeholders stay as they are.
        self._others = {name: f"{{{name}}}" for name in template.names if name not in self._references}
        in_address = {*names_in(self._path), *names_in(self._params)}
        self._in_body = [name for name in self._references if name not in in_address]
        self._in_json = {name for name in self._in_body if name not in names_in([*template.headers.values()])}
        asked = self._references.values()
        self._telling = [to for path, to in parent.added.items() if path not in asked and (not keys or to in keys)]
        # Hashes take less memory than texts; that two texts have the same one is not to be expected.
        self._seen: set[int] = set()
        self._without = _LeftOut()
        self._unusable = _LeftOut()

    def find(self, candidate: Candidate) -> Partition | None:
        """Return the partition under the next record of the parent; None if there is none, or it has come before.

        Args:
            candidate: What is needed of the record.
        """
        try:
            partition = self._partition(candidate)
        except NoReferenceError as error:
            self._without.add(error)
            return None
        except StreamError as error:
            self._unusable.add(error)
            return None
        # A list that changes while it is read can give a record twice.
        if hash(partition.key) in self._seen:
            return None
        self._seen.add(hash(partition.key))
        return partition

    def _partition(self, candidate: Candidate) -> Partition:
        if candidate.fault:
            raise StreamError(candidate.fault)
        values = {name: self._value(candidate, name, path) for name, path in self._references.items()}
        path = fill_path(self._path, {**self._others, **values})
        # Some servers decode a slash, or take a backslash for one, before they resolve dots.
        if {".", ".."} & set(re.split(r"[/\\]", unquote(path.partition("?")[0]))):
            msg = f"{candidate.name} may lead to another path: {shorten(path)}"
            raise StreamError(msg)
        added = {to: candidate.fields.get(field) for field, to in self._parent.added.items()}
        return Partition(self._key(path, values, added), values, added)

    def _value(self, candidate: Candidate, name: str, path: str) -> object:
        value = candidate.fields.get(path)
        if value in (None, ""):
            msg = f"{candidate.name} has nothing as '{name}' to ask with"
            raise NoReferenceError(msg)
        if name in self._in_json:
            return _without_decimals(value)
        # Half of a character is valid JSON, but no text.
        if isinstance(value, str) and not re.search("[\ud800-\udfff]", value):
            return value
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return value
        msg = f"{candidate.name} has no text or number for '{name}' to ask with"
        raise StreamError(msg)

    def _key(self, path: str, values: Mapping[str, object], added: Mapping[str, Any]) -> str:
        query = urlencode(sorted(fill_params(self._params, {**self._others, **values}).items()), doseq=True)
        key = f"{path}?{query}" if query else path
        # The values in headers and bodies, and those that only go into the records.
        rest = [*((name, values[name]) for name in sorted(self._in_body)), *((to, added[to]) for to in self._telling)]
        text = urlencode(rest, errors="backslashreplace")
        if len(text) > _LONGEST_KEY:
            text = hashlib.sha256(text.encode()).hexdigest()
        return f"{key}#{text}" if text else key

    def finish(self, warn: Callable[[str], None]) -> None:
        """Take in that there are no more records.

        Args:
            warn: Called with how many records had no value for a placeholder, if there were any: they are left out.

        Raises:
            StreamError: Some records had values that nothing can be asked with, or none had a value for a placeholder.
        """
        if self._unusable.first is not None:
            rest = f" ({self._unusable} could not be asked about; the others were read)" if self._seen else ""
            msg = f"{self._unusable.first}{rest}"
            raise StreamError(msg)
        if self._without.first is None:
            return
        if not self._seen:
            raise self._without.first
        warn(f"{self._without.first} ({self._without} left out)")


class _LeftOut:
    """How many parents were left out, and what was wrong with the first one."""

    def __init__(self) -> None:
        self.first: StreamError | None = None
        self._count = 0

    def add(self, error: StreamError) -> None:
        """Take note of one."""
        self.first = self.first or error
        self._count += 1

    @override
    def __str__(self) -> str:
        return f"{self._count} parent{'s' * (self._count > 1)}"


def _without_decimals(value: object) -> object:
    """Return JSON that the standard library can encode."""
    match value:
        case Decimal():
            return float(value)
        case dict():
            return {key: _without_decimals(inner) for key, inner in value.items()}
        case list():
            return [_without_decimals(inner) for inner in value]
    return value
