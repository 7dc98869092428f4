"""An answer becomes a page: its records, what it says beside them, and whether it is an error after all."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from singer_sdk.exceptions import RetriableAPIError

from tap_analytics.errors import StreamError
from tap_analytics.paging.answers import Page, UnreadableBodyError, decode, error_words, words
from tap_analytics.paging.error_bodies import (
    has_errors,
    heads_of,
    is_error_object,
    may_have_failed,
    says_failure,
    words_in,
)
from tap_analytics.paging.selectors import Found

if TYPE_CHECKING:
    import requests

    from tap_analytics.paging.selectors import Selector

_FEW: Final = 3
_WITHOUT_BODY: Final = {HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT}


def page_of(response: requests.Response, selector: Selector) -> Page:
    """Read an answer.

    Args:
        response: The answer, of a good status.
        selector: Where the records stand.

    Returns:
        The page. Without a body a status 204 or 205 is an empty list, and no doubt about it.

    Raises:
        RetriableAPIError: The body cannot be read.
        StreamError: It holds no records where they belong, or says that the request failed.
    """
    has_body = response.status_code not in _WITHOUT_BODY or bool(response.content.strip())
    body = _body_of(response) if has_body else None
    found = _found_in(body, response, selector)
    url = urlsplit(str(response.url))
    return Page(
        body,
        found.records,
        url.path,
        response.headers,
        found.doubt if has_body else "",
        sources=found.sources,
        origin=f"{url.scheme}://{url.netloc}",
    )


def _body_of(response: requests.Response) -> Any:  # noqa: ANN401 - any JSON
    try:
        return decode(response.content)
    except UnreadableBodyError as error:
        msg = f"answered {response.status_code} with {error}"
        raise RetriableAPIError(msg, response) from error


def _is_short(body: dict[str, Any]) -> bool:
    """Say whether a body can be told whole: it has a few texts, as a report of a failure has."""
    return len(body) <= _FEW and all(not isinstance(value, dict | list) for value in body.values())


def _found_in(body: Any, response: requests.Response, selector: Selector) -> Found:  # noqa: ANN401 - any JSON
    """Find the records, and refuse what is an error in an answer of a good status."""
    fault = ""
    try:
        found = selector.select(body)
    except StreamError as error:
        found, fault = Found([]), str(error)
    is_error, has_more_errors = False, False
    report = body
    if found.is_object:
        (report,) = found.sources or found.records
        is_error = is_error_object(report)
    if isinstance(body, dict) and not is_error and report is body and not found.is_object:
        heads = [] if found.records else heads_of(body)
        parts = [body, *(value for value in body.values() if isinstance(value, dict) and found.doubt), *heads]
        report = next((part for part in parts if has_errors(part, found.sources or found.records)), body)
        has_more_errors = has_errors(report, found.sources or found.records)
        is_error = says_failure(body) or (has_more_errors and not found.records)
        if failed := next((head for head in heads if says_failure(head)), None):
            report, is_error = failed, True
        elif not is_error and not found.doubt and not found.records and may_have_failed(body):
            found = Found([], f"gave no records, and says: {words(words_in(body))}")
    elif isinstance(body, dict) and report is not body:
        is_error = is_error or says_failure(body)
        report = body if says_failure(body) else report
    if is_error:
        said = words(words_in(report)) or error_words(response.content)
        msg = f"answered {response.status_code}, but says that the request failed: {said}"
        raise StreamError(msg)
    if fault:
        said = words(words_in(body) or (body if _is_short(body) else {})) if isinstance(body, dict) else ""
        raise StreamError(f"{fault}; it says: {said}" if said else fault)
    if has_more_errors:
        return Found(found.records, f"names errors beside the records: {words(words_in(report))}", found.sources)
    return found
