"""Bodies of a good status that report an error all the same.

APIs have many names for it, so keys are compared without case and punctuation: `error_code` and `errorCode` are one.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ERRORS: Final = {"error", "errors", "fault", "faults", "exception", "exceptions"}
_MESSAGES: Final = {
    *("message", "messages", "msg", "detail", "details", "reason", "title", "description", "hint"),
    *("errormessage", "errordescription", "errordetails", "errorcode", "errormsg"),
}
_NOTICES: Final = {"warning", "warnings", "notice", "notices", "failures", "messages"}
_SUCCESS: Final = {"ok", "success", "succeeded", "successful", "issuccess", "issuccessful"}
_FAILURE: Final = {"error", "iserror", "haserror", "haserrors", "failed", "isfailed", "failure"}
_STATUSES: Final = {"status", "stat", "state", "result", "outcome", "response", "responsestatus"}
# Keys of a part that says how the request ended.
_HEADS: Final = {"status", "meta", "metadata", "header", "head", "response", "responsestatus", "result"}
_ERROR_PARTS: Final = re.compile(
    r"(error|err)(s|code|no|number|msg|message|messages|text|string|description|detail|details|reason|type)?"
)
_CODES: Final = {"code", "cod", "status", "statuscode", "httpstatus", "httpcode", "httpstatuscode"}
_OWN_CODES: Final = _CODES | {"retcode", "resultcode"}
_REFERENCES: Final = {"type", "instance", "path", "timestamp", "requestid", "traceid", "documentationurl", "helpurl"}
_OUTCOMES: Final = _ERRORS | _MESSAGES | _NOTICES | _SUCCESS | _FAILURE | _STATUSES | _CODES | _REFERENCES

_SAID: Final = {"message", "msg", "detail", "details", "reason", "resultmsg", "resultmessage"}
_READY: Final = {"ready", "isready", "jobcomplete", "complete", "completed", "iscomplete", "finished", "done", "isdone"}

# Values.
_NO_ERROR: Final = {"", "0", "ok", "success", "successful", "succeeded", "none", "null", "false", "no", "no error"}
_SUCCEEDED: Final = {"ok", "success", "true", "succeeded"}
_FAILED: Final = {"error", "fail", "failed", "failure", "exception"}
_UNFINISHED: Final = {
    *("pending", "processing", "queued", "running", "inprogress", "started", "scheduled", "accepted", "waiting"),
    *("submitted", "incomplete", "partial", "notready"),
}
_LAST_HTTP_STATUS: Final = 599

# What says in words that a list is empty, or has ended.
_NOTHING_FOUND: Final = re.compile(
    r"\b(no|zero|0|any)\b.*\b(record|result|data|item|row|more|entr|content|match|found)|\b(empty|nothing|end of)\b",
    re.IGNORECASE,
)


class Verdict(Enum):
    """What a body says about its request."""

    FAILED = auto()
    """It failed."""
    ERRORS_BESIDE_RECORDS = auto()
    """There are errors, and records as well."""
    MAY_HAVE_FAILED = auto()
    """There is no record, but a message, a code or a state that only the service knows the meaning of."""


class ErrorReport(Struct, frozen=True):
    """What a body reports.

    Attributes:
        verdict: What that means for the request.
        fields: The fields that say what went wrong; empty if there are none.
    """

    verdict: Verdict
    fields: dict[str, Any]


def report_on_record(body: Any, record: Mapping[str, Any]) -> ErrorReport | None:  # noqa: ANN401 - any JSON
    """Return what is reported by a body with one object where a list may stand, None if it reports no error.

    Args:
        body: The body.
        record: The object, which may be the body itself. It is taken for the one record, unless it is a report.
    """
    if body is not record and _reports_failure(body):
        return ErrorReport(Verdict.FAILED, error_fields(body))
    if _is_error_object(record):
        return ErrorReport(Verdict.FAILED, error_fields(record))
    return None


def report_on_list(body: Any, records: list[Any], *, is_doubtful: bool) -> ErrorReport | None:  # noqa: ANN401 - any JSON
    """Return what is reported by a body with a list of records, None if it reports no error.

    Args:
        body: The body.
        records: The records, as they stand in it.
        is_doubtful: Whether there may be more records than these.
    """
    if not isinstance(body, dict):
        return None
    parts = [value for value in body.values() if isinstance(value, dict)] if is_doubtful else []
    heads = [] if records else _heads_of(body)
    if head := next((head for head in heads if _reports_failure(head)), None):
        return ErrorReport(Verdict.FAILED, error_fields(head))
    part = next((part for part in (body, *parts, *heads) if _has_errors(part, records)), None)
    if _reports_failure(body) or (part is not None and not records):
        return ErrorReport(Verdict.FAILED, error_fields(body if part is None else part))
    if part is not None:
        return ErrorReport(Verdict.ERRORS_BESIDE_RECORDS, error_fields(part))
    if not records and not is_doubtful:
        fields = next(filter(None, map(_doubtful_fields, (body, *heads))), None)
        return ErrorReport(Verdict.MAY_HAVE_FAILED, fields) if fields else None
    return None


def is_about_failure(key: str) -> bool:
    """Say whether a key is one for errors and warnings, so that a list under it is not one of records."""
    return _bare(key) in _ERRORS | _NOTICES


def is_about_outcome(key: str) -> bool:
    """Say whether a key is one for how a request ended, and not for what was asked for."""
    return _bare(key) in _OUTCOMES or is_about_errors(key)


def is_about_errors(key: str) -> bool:
    """Say whether a key is one for errors: `errors`, `error_code`, `errMsg`."""
    return _bare(key) in _ERRORS or bool(_ERROR_PARTS.fullmatch(_bare(key)))


def _reports_failure(body: Any) -> bool:  # noqa: ANN401 - any JSON
    """Say whether a body says outright that it failed: `"ok": false`, `"status": "error"`, a code above 399."""
    return isinstance(body, dict) and any(_is_failure(_bare(key), value) for key, value in body.items())


def _has_errors(body: Any, records: list[Any]) -> bool:  # noqa: ANN401 - any JSON
    """Say whether a body holds errors.

    Args:
        body: The body.
        records: The records in it. A list that holds them is no list of errors, whatever its name.
    """
    return isinstance(body, dict) and any(
        is_about_errors(key) and _names_error(value) and not _is_list_of(value, records) for key, value in body.items()
    )


def _heads_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the parts of a body that say how the request ended: `{"status": {"error_code": 1001}}`."""
    return [value for key, value in body.items() if isinstance(value, dict) and _bare(key) in _HEADS]


def _is_error_object(body: Mapping[str, Any]) -> bool:
    """Say whether a body that would be the one record is nothing but a report of a failure."""
    is_report = all(is_about_outcome(key) or value is None or value in ([], {}) for key, value in body.items())
    has_message = any(_bare(key) in _MESSAGES and any(_leaves(value)) for key, value in body.items())
    is_good = any(_is_success(_bare(key), value) for key, value in body.items())
    return is_report and (_reports_failure(body) or _has_errors(body, []) or (has_message and not is_good))


def _doubtful_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a part of a body without records says that only the service knows the meaning of.

    It may have failed, or not be ready: it has a message, a code that is none of HTTP's, or the state of a job.
    """
    if any(_is_success(_bare(key), value) for key, value in body.items()):
        return {}
    said = {str(value).strip().lower() for key, value in body.items() if _bare(key) in _SAID}
    if said & (_NO_ERROR - {"", "none", "null"}):
        return {}
    is_code_good = any(_bare(key) in _OWN_CODES and _is_good_code(value) for key, value in body.items())
    return {
        key: value
        for key, value in body.items()
        if _is_unfinished(_bare(key), value)
        or _is_own_code(_bare(key), value)
        or (_bare(key) in _SAID and not is_code_good and _names_error(value) and not _NOTHING_FOUND.search(str(value)))
    }


def _is_good_code(value: object) -> bool:
    """Say whether a code is one of success: zeros, one of HTTP's, or a word."""
    text = str(value).lower()
    return bool(re.fullmatch(r"0+|2\d\d", text)) or text in _SUCCEEDED


def _is_own_code(name: str, value: object) -> bool:
    """Say whether a field is a service's own code for something else than success."""
    is_number = isinstance(value, int | str) and bool(re.fullmatch(r"-?\d{1,9}", str(value), re.ASCII))
    return name in _OWN_CODES - _CODES and is_number and not _is_good_code(value)


def _is_unfinished(name: str, value: object) -> bool:
    """Say whether a field says that the service is still at work."""
    is_state = name in _STATUSES and isinstance(value, str) and _bare(value) in _UNFINISHED
    return is_state or (name in _READY and value is False)


def error_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a body that say what went wrong; empty if there are none."""
    return {
        key: value
        for key, value in body.items()
        if (is_about_errors(key) or _bare(key) in _MESSAGES) and _names_error(value)
    }


def _is_failure(name: str, value: object) -> bool:
    match value:
        case bool():
            return (name in _SUCCESS and not value) or (name in _FAILURE and value)
        case int():
            if name in _SUCCESS:
                return value == 0
            return name in _CODES and HTTPStatus.BAD_REQUEST <= value <= _LAST_HTTP_STATUS
        case str():
            if name in _CODES and value.isascii() and value.isdecimal() and len(value) == 3:  # noqa: PLR2004 - as HTTP's
                return _is_failure(name, int(value))
            is_false = value.lower() == "false"
            return (name in _STATUSES and (is_false or value.lower() in _FAILED)) or (name in _SUCCESS and is_false)
    return False


def _is_success(name: str, value: object) -> bool:
    is_good_word = isinstance(value, str) and value.lower() in _SUCCEEDED
    return (name in _SUCCESS and (value is True or is_good_word)) or (name in _STATUSES and is_good_word)


def _names_error(value: object) -> bool:
    """Say whether a field for errors holds any: `"errcode": "0"` and `"errmsg": "ok"` are none."""
    return any(str(leaf).strip().lower() not in _NO_ERROR for leaf in _leaves(value))


def _leaves(value: object) -> Iterator[object]:
    """Return the values at any depth that are not empty: neither null, false, 0 nor an empty text."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    elif value not in ("", 0, False, None):
        yield value


def _is_list_of(value: object, records: list[Any]) -> bool:
    return isinstance(value, list) and bool(records) and any(item is records[0] for item in value)


def _bare(key: str) -> str:
    return re.sub(r"[^a-z]", "", key.lower())
