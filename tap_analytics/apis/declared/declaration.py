"""From a declared resource to the attributes of a stream."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from msgspec import UNSET, Struct, UnsetType

from tap_analytics.apis.declared.bound_paths import BoundPath, bind, param_value
from tap_analytics.apis.declared.column_hints import keys_of
from tap_analytics.apis.declared.credentials import declared_scheme
from tap_analytics.apis.declared.paginators import paginator_of
from tap_analytics.apis.declared.replication import Replication
from tap_analytics.apis.declared.vocabulary import (
    AuthWord,
    DispositionWord,
    Endpoint,
    ErrorHandler,
    Resource,
)
from tap_analytics.apis.declared.vocabulary.base import or_default
from tap_analytics.http.authentication import scheme_of
from tap_analytics.http.ignored_answers import IgnoreRule
from tap_analytics.http.retries import RetryRule
from tap_analytics.paging.addresses import is_address
from tap_analytics.paging.paginators import Detected, SinglePage
from tap_analytics.paging.placeholders import FIELD, PLACEHOLDER
from tap_analytics.paging.request_template import RequestTemplate
from tap_analytics.paging.selectors import JsonPath, KeyPath, OnlyList, Selector, WholeBody
from tap_analytics.records.json_paths import is_dotted
from tap_analytics.records.shaper import emitted_name
from tap_analytics.sync.parents import Parent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.http.api import Api
    from tap_analytics.http.authentication import Scheme
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.paginators import Paginator

# The last part of a path that leads to one record: `{resources.orders.id}`, `{resources.orders.id}.json`.
_ONE_RECORD: Final = re.compile(rf"{PLACEHOLDER.pattern}(\.[a-z]+)?", re.ASCII)


class Declaration(Struct, frozen=True, kw_only=True):
    """A resource with what holds for all resources.

    Attributes:
        resource: The resource.
        key_is_default: Whether its primary key is only what most resources have.
        auth: How its credentials are declared; None if it sends none, UNSET if the settings say how.
    """

    resource: Resource
    key_is_default: bool = False
    auth: AuthWord | UnsetType | None = UNSET

    @property
    def name(self) -> str:
        """The name by which other resources refer to it."""
        return self.resource.name

    @property
    def stream(self) -> str:
        """The stream's name."""
        name = re.sub(r"[^A-Za-z0-9_-]+", "_", or_default(self.resource.table_name, self.name).strip("/"))
        return name if re.match("[A-Za-z_]", name) else f"_{name}"

    def scheme(self, config: Mapping[str, Any], api: Api) -> Scheme | None:
        """Return how the credentials are sent, by the words for it or by the settings; None if none are.

        Args:
            config: The settings.
            api: The API that is read.
        """
        if isinstance(self.auth, UnsetType):
            return scheme_of(config, api)
        return None if self.auth is None else declared_scheme(self.auth, config)

    @property
    def endpoint(self) -> Endpoint:
        """How the list is asked for, as the resource has it."""
        return self.resource.endpoint

    @property
    def raw_keys(self) -> tuple[str, ...]:
        """The fields of the key, as they are declared."""
        word = or_default(self.resource.primary_key, keys_of(self.resource.columns))
        return (word,) if isinstance(word, str) else tuple(word)

    @property
    def primary_keys(self) -> tuple[str, ...]:
        """The emitted names of the key's fields; none where rows are only added."""
        return () if self.disposition == "append" else tuple(emitted_name(key, {}) for key in self.raw_keys)

    @property
    def is_selected(self) -> bool:
        """Whether the stream is read if no catalog says otherwise."""
        return self.resource.selected and self.disposition != "skip"

    @property
    def disposition(self) -> str:
        """What a target does with rows that it has."""
        match self.resource.write_disposition:
            case UnsetType():
                return "merge"
            case DispositionWord(disposition=word):
                return word
            case word:
                return word

    @property
    def path(self) -> str:
        """The path, directly below the API's address, or a whole address."""
        path = self.bound_path.path
        return path if is_address(path) or not path else f"/{path.lstrip('/')}"

    @property
    def bound_path(self) -> BoundPath:
        """The path, with the parameters that belong into it."""
        return bind(or_default(self.endpoint.path, self.name), self.endpoint.params)

    @property
    def params(self) -> Params:
        """The query parameters of every request."""
        return {name: param_value(value) for name, value in self.bound_path.params.items() if value is not None}

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every request."""
        return dict(self.endpoint.headers)

    @property
    def selector(self) -> Selector:
        """Where the records stand.

        Raises:
            ValueError: `data_selector` is no expression, or one that cannot be used.
        """
        match self.endpoint.data_selector:
            case UnsetType():
                return self._selector_by_path()
            case []:
                return WholeBody(or_list=True)
            case list() as keys:
                return KeyPath(".".join(keys), is_declared=True)
            case str(text) if text.strip(".") and (text.startswith("$") or not is_dotted(text)):
                return JsonPath(text)
            case str(text) if text.strip("."):
                return KeyPath(text, is_declared=True)
        msg = "is empty; an empty list, [], stands for the whole body"
        raise ValueError(msg)

    def _selector_by_path(self) -> Selector:
        """Return where the records stand if `data_selector` is not declared."""
        is_single = isinstance(self.paginator, SinglePage | Detected)
        if is_single and self.is_one_record:
            return WholeBody(or_list=True)
        last = self._last_name
        last = re.sub(r"\.[a-z]+$", "", last)
        names = dict.fromkeys((self.name, last, last.replace("-", "_")))
        return OnlyList(is_single, tuple(names), tuple(dict.fromkeys((*self.raw_keys, "id", "uuid"))))

    @property
    def paginator(self) -> Paginator:
        """How the list is paged."""
        return paginator_of(self.endpoint.paginator, self.raw_keys, is_one_record=self.is_one_record)

    @property
    def is_one_record(self) -> bool:
        """Whether the body of an answer is the one record, if the list is not paged."""
        selector = self.endpoint.data_selector
        return selector == [] or (isinstance(selector, UnsetType) and bool(_ONE_RECORD.fullmatch(self._last_name)))

    @property
    def _last_name(self) -> str:
        """The last part of the path, as it is declared."""
        return or_default(self.endpoint.path, self.name).partition("?")[0].rstrip("/").rpartition("/")[2]

    @property
    def retry_rule(self) -> RetryRule:
        """When a request is sent again."""
        word = or_default(self.endpoint.error_handler, ErrorHandler())
        statuses = word.retry_on_status_codes
        return RetryRule(
            statuses=None if isinstance(statuses, UnsetType) else frozenset(statuses),
            max_retries=or_default(word.max_retries, None),
            backoff_factor=or_default(word.backoff_factor, None),
        )

    @property
    def ignored_answers(self) -> tuple[IgnoreRule, ...]:
        """Which answers end the list without a failure."""
        return tuple(
            IgnoreRule(statuses=_statuses(action.status_code), content=or_default(action.content, None))
            for action in self.endpoint.response_actions
        )

    @property
    def replication(self) -> Replication | None:
        """Its incremental replication, None if the whole list is read each time."""
        word = self.endpoint.incremental
        return None if isinstance(word, UnsetType) else Replication(word, tuple(self.placeholders))

    @property
    def replication_key(self) -> str | None:
        """The name of the replication key, None if the whole list is read each time."""
        return None if self.replication is None else self.replication.key

    @property
    def template(self) -> RequestTemplate:
        """The request, with placeholders."""
        data = self.endpoint.data
        if isinstance(data, dict):
            data = {name: param_value(value) for name, value in data.items() if value is not None}
        return RequestTemplate(
            path=self.path,
            params=self.params,
            method=or_default(self.endpoint.method, "GET").upper(),
            headers=self.headers,
            json=self.endpoint.json,
            data=data,
        )

    @property
    def placeholders(self) -> list[str]:
        """The names in braces, from all parts of the request."""
        return self.template.names

    @property
    def parent(self) -> Parent | None:
        """The list under whose records this one lies."""
        if self._parent_name is None:
            return None
        added = {field: self.column_of(field) for field in self.resource.include_from_parent}
        return Parent(name=self._parent_name, added=added, condition=or_default(self.resource.parent_filter, None))

    @property
    def _parent_name(self) -> str | None:
        places = (FIELD.fullmatch(text) for text in self.placeholders)
        return next((place["parent"] for place in places if place), None)

    def column_of(self, field: str) -> str:
        """Return the name of a parent's field in the records.

        Args:
            field: A path into the parent's record.
        """
        name = re.sub(r"[^\w-]+", "_", field).strip("_") if re.search(r"[^\w-]", field) else field
        return emitted_name(f"_{self._parent_name}_{name}", {})

    @property
    def request(self) -> tuple[object, ...]:
        """What tells the request from those of other resources: two with an equal one get the same answer."""
        template = self.template
        parts = (
            sorted(template.params.items()),
            sorted(template.headers.items()),
            template.json,
            template.data,
            self.auth,
        )
        return template.method, template.path, repr(parts)


def _statuses(word: int | str | list[int | str] | UnsetType) -> frozenset[int] | None:
    if isinstance(word, UnsetType):
        return None
    return frozenset(map(int, word if isinstance(word, list) else [word]))
