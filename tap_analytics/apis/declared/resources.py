"""A declared resource in the words of a stream."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from tap_analytics.apis.declared.vocabulary import (
    CursorWord,
    Endpoint,
    EndpointDefaults,
    ErrorHandler,
    HeaderLinkWord,
    JsonLinkWord,
    OffsetWord,
    PageNumberWord,
    Pages,
    PaginatorWord,
    Resource,
    ResourceDefaults,
    SinglePageWord,
)
from tap_analytics.http.retries import RetryRule
from tap_analytics.paging.paginators import (
    BodyCursor,
    BodyLink,
    HeaderLink,
    LastRecord,
    Offset,
    PageNumber,
    SinglePage,
    Undeclared,
)
from tap_analytics.paging.placeholders import FIELD, PLACEHOLDER
from tap_analytics.paging.selectors import JsonPath, KeyPath, OnlyList, Selector, WholeBody
from tap_analytics.records.datetimes import DateStyle
from tap_analytics.records.shaper import emitted_name
from tap_analytics.sync.date_windows import DateFilter
from tap_analytics.sync.parents import Parent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_analytics.paging.page_token import Params, ParamValue
    from tap_analytics.paging.paginators import Paginator

T = TypeVar("T")

# The last part of a path that leads to one record: `{resources.orders.id}`, `{resources.orders.id}.json`.
_ONE_RECORD: Final = re.compile(rf"{PLACEHOLDER.pattern}(\.[a-z]+)?", re.ASCII)


class Declaration(Struct, frozen=True):
    """A resource with the defaults of all resources.

    Attributes:
        resource: The resource.
        defaults: What holds where it says nothing.
    """

    resource: Resource
    defaults: ResourceDefaults

    @property
    def name(self) -> str:
        """The stream's name."""
        return self.resource.name

    @property
    def endpoint(self) -> Endpoint:
        """How the list is asked for, as the resource has it."""
        return self.resource.endpoint

    @property
    def _default(self) -> EndpointDefaults:
        return self.defaults.endpoint

    @property
    def key_is_default(self) -> bool:
        """Whether the key is only what most resources have."""
        return self.resource.primary_key is UNSET

    @property
    def raw_keys(self) -> tuple[str, ...]:
        """The fields of the key, as they are declared."""
        word = _set(self.resource.primary_key, _set(self.defaults.primary_key, []))
        return (word,) if isinstance(word, str) else tuple(word)

    @property
    def primary_keys(self) -> tuple[str, ...]:
        """The fields of the key, as they go out; none where rows are only added."""
        return () if self.disposition == "append" else tuple(emitted_name(key, {}) for key in self.raw_keys)

    @property
    def disposition(self) -> str:
        """What a target does with rows that it has."""
        return _set(self.resource.write_disposition, _set(self.defaults.write_disposition, "merge"))

    @property
    def path(self) -> str:
        """The path, which stands directly on the API's address."""
        return f"/{self.endpoint.path.lstrip('/')}"

    @property
    def params(self) -> Params:
        """The query parameters of every request."""
        declared = {**self._default.params, **self.endpoint.params}
        return {name: _text(value) for name, value in declared.items() if value is not None}

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every request."""
        return {**self._default.headers, **self.endpoint.headers}

    @property
    def selector(self) -> Selector:
        """Where the records stand.

        Raises:
            ValueError: The expression is none, or means something that does not work.
        """
        match _set(self.endpoint.data_selector, self._default.data_selector):
            case UnsetType():
                return self._selector_by_path()
            case []:
                return WholeBody(or_list=True)
            case list() as keys:
                return KeyPath(".".join(keys), is_declared=True)
            case str(text) if text.startswith("$") or "[" in text or "*" in text:
                return JsonPath(text)
            case str(text) if text.strip("."):
                return KeyPath(text, is_declared=True)
        msg = "is empty; an empty list, [], stands for the whole body"
        raise ValueError(msg)

    def _selector_by_path(self) -> Selector:
        """Return where the records stand if nobody says so."""
        is_single = isinstance(self.paginator, SinglePage | Undeclared)
        if is_single and self._is_one_record:
            return WholeBody(or_list=True)
        last = self._last_name
        last = re.sub(r"\.[a-z]+$", "", last)
        names = dict.fromkeys((self.name, last, last.replace("-", "_")))
        return OnlyList(is_single, tuple(names), tuple(dict.fromkeys((*self.raw_keys, "id", "uuid"))))

    @property
    def paginator(self) -> Paginator:
        """How the list is paged."""
        word = _set(self.endpoint.paginator, self._default.paginator)
        if isinstance(word, UnsetType):
            return Undeclared(has_envelope=not self._is_one_record)
        return _paginator(word, self.raw_keys)

    @property
    def _is_one_record(self) -> bool:
        """Whether the body of an answer is the one record, if the list is not paged."""
        selector = _set(self.endpoint.data_selector, self._default.data_selector)
        return selector == [] or (isinstance(selector, UnsetType) and bool(_ONE_RECORD.fullmatch(self._last_name)))

    @property
    def _last_name(self) -> str:
        """The last part of the path."""
        return self.path.rstrip("/").rpartition("/")[2]

    @property
    def retry_rule(self) -> RetryRule:
        """When a request is sent again."""
        word = _set(_set(self.endpoint.error_handler, self._default.error_handler), ErrorHandler())
        statuses = word.retry_on_status_codes
        return RetryRule(
            statuses=None if isinstance(statuses, UnsetType) else frozenset(statuses),
            max_retries=_set(word.max_retries, None),
            backoff_factor=_set(word.backoff_factor, None),
        )

    @property
    def replication_key(self) -> str | None:
        """The field of the bookmark, as it goes out."""
        word = self.endpoint.incremental
        return None if isinstance(word, UnsetType) else emitted_name(word.cursor_path, {})

    @property
    def date_filter(self) -> DateFilter | None:
        """How the API filters by date."""
        word = self.endpoint.incremental
        if isinstance(word, UnsetType):
            return None
        return DateFilter(
            start_param=_set(word.start_param, None),
            end_param=_set(word.end_param, None),
            style=DateStyle.of(_set(word.initial_value, "2024-01-31T00:00:00Z")),
            always_ends=True,
        )

    @property
    def placeholders(self) -> Iterator[str]:
        """What stands in braces in the path and in query parameters."""
        for text in (self.path, *self.params.values()):
            if isinstance(text, str):
                yield from PLACEHOLDER.findall(text)

    @property
    def parent(self) -> Parent | None:
        """The list under whose records this one lies."""
        for text in self.placeholders:
            if place := FIELD.fullmatch(text):
                name = place["parent"]
                added = {field: f"_{name}_{field}" for field in self.resource.include_from_parent}
                return Parent(name=name, added={field: emitted_name(to, {}) for field, to in added.items()})
        return None

    @property
    def request(self) -> tuple[object, ...]:
        """What is asked for: two resources with an equal one ask the same question."""
        return self.path, repr(sorted(self.params.items())), repr(sorted(self.headers.items()))


def declarations(config: Mapping[str, Any]) -> list[Declaration]:
    """Return what the settings declare.

    Args:
        config: The settings, free of faults.
    """
    defaults = msgspec.convert(config.get("resource_defaults", {}), ResourceDefaults)
    return [
        Declaration(resource, defaults) for resource in msgspec.convert(config.get("resources", []), list[Resource])
    ]


def _set(value: T | UnsetType, default: T) -> T:
    return default if isinstance(value, UnsetType) else value


def _text(value: object) -> ParamValue:
    match value:
        case bool():
            return str(value).lower()
        case list():
            return [str(item) for item in value]
    return str(value)


def _body_path(path: str) -> str:
    return path.removeprefix("$.")


def _paginator(word: PaginatorWord, keys: tuple[str, ...]) -> Paginator:
    paginator: Paginator
    match word:
        case SinglePageWord():
            paginator = SinglePage()
        case JsonLinkWord():
            paginator = BodyLink(link_path=_body_path(word.next_url_path), **_size(word))
        case HeaderLinkWord():
            paginator = HeaderLink(relation=word.links_next_key, **_size(word))
        case CursorWord(cursor_path=str(path), cursor_param=param):
            paginator = BodyCursor(cursor_path=_body_path(path), cursor_param=param, **_ends(word))
        case CursorWord(cursor_field=str(field), cursor_param=param):
            paginator = LastRecord(fields=(field,), cursor_param=param, **_ends(word))
        case CursorWord(cursor_param=param):
            fields = dict.fromkeys([*(key for key in keys if len(keys) == 1), "uuid", "id"])
            paginator = LastRecord(fields=tuple(fields), cursor_param=param, **_ends(word))
        case PageNumberWord(base_page=int(base), page_param=param):
            paginator = PageNumber(page_param=param, base=base, first_token={param: base}, **_ends(word))
        case PageNumberWord(page_param=param):
            paginator = PageNumber(page_param=param, **_ends(word))
        case OffsetWord(offset_param=param):
            paginator = Offset(offset_param=param, first_token={param: 0}, **_ends(word))
    return paginator


def _size(word: Pages | JsonLinkWord | HeaderLinkWord) -> dict[str, Any]:
    """Return how many records a page is to have, as a paginator takes it."""
    limit = _set(word.limit, None)
    return {"limit": limit, "limit_param": _set(word.limit_param, "limit" if limit else None)}


def _ends(word: Pages) -> dict[str, Any]:
    """Return the size of a page, and where the body says that there is more, as a paginator takes them."""
    ends = {**_size(word), "has_more_path": _body_path(word.has_more_path)}
    if isinstance(word, PageNumberWord | OffsetWord):
        ends["total_path"] = _body_path(word.total_path) if word.total_path else None
    return ends
