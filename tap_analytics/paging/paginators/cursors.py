"""Lists whose next page is asked for by a cursor: one that the answer holds, or a field of the last record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from typing_extensions import override

from tap_analytics.errors import StreamError
from tap_analytics.paging.leads import leads_in
from tap_analytics.paging.page_token import BodyField
from tap_analytics.paging.paginators.base import Detection, FlaggedPaginator, Paginator
from tap_analytics.paging.paginators.last_page import (
    HAS_MORE,
    doubt_without,
    flag_in,
    is_nothing,
    refuse_dead_end,
    refuse_other_place,
)
from tap_analytics.records.json_paths import has_holder
from tap_analytics.records.value_types import is_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.progress import Progress


class BodyCursor(FlaggedPaginator, frozen=True, kw_only=True):
    """The body holds the next page's cursor. Null, false, an empty text or no such key ends the walk.

    Attributes:
        cursor_path: Path of the cursor in the body.
        cursor_param: The query parameter that takes it.
        is_declared: Whether the user says that it stands there; else it may turn out to stand elsewhere.
        or_fields: Fields of the last record that ask for the next page if the body turns out to have no cursor.
    """

    cursor_path: str
    cursor_param: str = "cursor"
    is_declared: bool = True
    or_fields: tuple[str, ...] = ()

    @override
    def detect(self, page: Page, asked: Params) -> Detection | None:
        if self.is_declared or page.has(self.cursor_path) or has_holder(self.cursor_path, page.body):
            return None
        param_word = "cursor_body_path" if isinstance(self.cursor_param, BodyField) else "cursor_param"
        words = {"type": "cursor", param_word: self.cursor_param}
        leads = leads_in(page)
        if cursor := leads.cursor or (None if self.or_fields else leads.own_cursor):
            own = replace(self, cursor_path=cursor.path, is_declared=True)
            return Detection.of(own, f"the cursor under '{cursor.path}'", {**words, "cursor_path": cursor.path})
        if not self.or_fields:
            return None
        names = " or ".join(f"'{field}'" for field in self.or_fields)
        last = LastRecord(
            cursor_param=self.cursor_param,
            fields=self.or_fields,
            has_more_path=self.has_more_path,
            ends_at_empty_page=self.ends_at_empty_page,
        )
        found = Detection.of(
            last, f"the field {names} of its last record", {**words, "cursor_field": self.or_fields[0]}
        )
        return replace(found, is_for_all=False)

    @override
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        token = self.token_in(page)
        if token is not None and (page.all_records or token != progress.token):
            return token
        if not has_more:
            refuse_other_place(page, progress, f"'{self.cursor_path}'", self.cursor_path)
        return None

    @override
    def doubt(self, page: Page, progress: Progress) -> str:
        if flag_in(page, self.has_more_path) is False:
            return ""
        return super().doubt(page, progress) or doubt_without(self.cursor_path, page, progress)

    def token_in(self, page: Page) -> Params | None:
        """Return the parameters that the body's cursor asks with, None if there is no cursor."""
        cursor = page.get(self.cursor_path)
        if is_nothing(cursor):
            return None
        if not isinstance(cursor, str) and not is_whole(cursor):
            msg = f"gave no text or number as '{self.cursor_path}', which asks for the next page"
            raise StreamError(msg)
        return {self.cursor_param: cursor}


class HeaderCursor(Paginator, frozen=True, kw_only=True):
    """A header of the answer holds the next page's cursor. An empty text, "null" or no such header ends the walk.

    Attributes:
        cursor_header: The name of the header.
        cursor_param: The query parameter that takes the cursor.
    """

    cursor_header: str
    cursor_param: str = "cursor"

    @override
    def next_token(self, page: Page, progress: Progress) -> Params | None:
        cursor = self._cursor_in(page)
        if cursor is not None and (page.all_records or {self.cursor_param: cursor} != progress.token):
            return {self.cursor_param: cursor}
        refuse_dead_end(flag_in(page, HAS_MORE))
        if cursor is None:
            refuse_other_place(page, progress, f"the header '{self.cursor_header}'")
        return None

    @override
    def doubt(self, page: Page, progress: Progress) -> str:
        return doubt_without("", page, progress) if self._cursor_in(page) is None else ""

    def _cursor_in(self, page: Page) -> str | None:
        text = page.headers.get(self.cursor_header, "").strip()
        return None if text.lower() in {"", "null"} else text


class LastRecord(FlaggedPaginator, frozen=True, kw_only=True):
    """The next page is asked for by a field of the last record, until `has_more` is false.

    Without `has_more` the walk ends at an empty page.

    Attributes:
        cursor_param: The query parameter that takes the field's value (`start-after`).
        fields: The field of the last record (`uuid`), or several of which the first that has a value is taken.
    """

    cursor_param: str
    fields: tuple[str, ...]

    @override
    def token_after(self, page: Page, progress: Progress, *, has_more: bool) -> Params | None:
        return {self.cursor_param: self.value_of(page.all_records[-1])} if page.all_records else None

    def value_of(self, record: Mapping[str, Any]) -> str | int:
        """Return the value that asks for the records after this one.

        Args:
            record: The record.

        Raises:
            StreamError: It has no text or whole number to ask with.
        """
        values = (record.get(field) for field in self.fields)
        value = next((value for value in values if not is_nothing(value)), None)
        if not isinstance(value, str) and not is_whole(value):
            names = " or ".join(f"'{field}'" for field in self.fields)
            msg = f"gave a last record without {names}, which asks for the next page"
            raise StreamError(msg)
        return value
