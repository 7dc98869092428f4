"""An answer becomes a page, unless its body reports an error."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from tap_analytics.errors import StreamError
from tap_analytics.paging.error_bodies import Verdict, error_fields, report_on_list, report_on_record
from tap_analytics.paging.error_messages import message_in, message_of
from tap_analytics.paging.json_decoding import UnreadableBodyError, decode_body
from tap_analytics.paging.page import Page
from tap_analytics.paging.selectors import Found

if TYPE_CHECKING:
    import requests

    from tap_analytics.paging.selectors import Selector

_MOST_KEYS_OF_A_REPORT: Final = 3
_NOT_READY: Final = "answered 202 Accepted without records, so the list may not be ready yet"
_WITHOUT_BODY: Final = {HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT}


def page_of(response: requests.Response, selector: Selector) -> Page:
    """Read an answer.

    Args:
        response: The answer, of a good status.
        selector: Where the records stand.

    Returns:
        The page. An answer of status 204 or 205 without a body is an empty list, and not in doubt; an
            empty list of status 202 is.

    Raises:
        UnreadableBodyError: The body cannot be read.
        StreamError: It holds no records where they belong, or says that the request failed.
    """
    has_body = response.status_code not in _WITHOUT_BODY or bool(response.content.strip())
    body = _body_of(response) if has_body else None
    found = _records_in(body, response, selector)
    if response.status_code == HTTPStatus.ACCEPTED and not (found.unfiltered or found.records or found.doubt):
        found = replace(found, doubt=_NOT_READY)
    url = urlsplit(str(response.url))
    return Page(
        body,
        found.records,
        url.path,
        response.headers,
        found.doubt if has_body else "",
        sources=found.sources,
        unfiltered=found.unfiltered,
        origin=f"{url.scheme}://{url.netloc}",
    )


def _body_of(response: requests.Response) -> Any:  # noqa: ANN401 - any JSON
    try:
        return decode_body(response.content, response.headers.get("Content-Type", ""))
    except UnreadableBodyError as error:
        msg = f"answered {response.status_code} with {error}"
        raise UnreadableBodyError(msg) from error


def _records_in(body: Any, response: requests.Response, selector: Selector) -> Found:  # noqa: ANN401 - any JSON
    """Find the records; if the body reports an error, and has no records, the message is about the error."""
    fault: StreamError | None = None
    try:
        found = selector.select(body)
    except StreamError as error:
        found, fault = Found([]), error
    rows = found.unfiltered or found.sources or found.records
    if found.is_object:
        report = report_on_record(body, rows[0])
    else:
        report = report_on_list(body, rows, is_doubtful=bool(found.doubt))
    said = message_of(report.fields) if report else ""
    if report and report.verdict is Verdict.FAILED:
        said = said or message_in(response.content)
        msg = f"answered {response.status_code}, but says that the request failed: {said}"
        raise StreamError(msg)
    if fault:
        said = message_of(_report_beside_fault(body))
        raise StreamError(f"{fault}; it says: {said}" if said else str(fault)) from fault
    match report.verdict if report else None:
        case Verdict.ERRORS_BESIDE_RECORDS:
            return replace(found, doubt=f"names errors beside the records: {said}")
        case Verdict.MAY_HAVE_FAILED:
            return Found([], f"gave no records, and says: {said}")
    return found


def _report_beside_fault(body: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return what a body without the expected records says: its fields about errors, or all of it if it is short."""
    if not isinstance(body, dict):
        return {}
    is_flat = not any(isinstance(value, dict | list) for value in body.values())
    return error_fields(body) or (body if is_flat and len(body) <= _MOST_KEYS_OF_A_REPORT else {})
