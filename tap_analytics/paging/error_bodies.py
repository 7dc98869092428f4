"""Answers of status 200 that say in their body that the request failed."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

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
_STATUSES: Final = {"status", "stat", "state", "result", "outcome", "response"}
# Names of a part that says how the request ended.
_HEADS: Final = {"status", "meta", "metadata", "header", "head", "response", "responsestatus", "result"}
_ERROR_PARTS: Final = re.compile(
    r"(error|err)(s|code|no|number|msg|message|messages|text|string|description|detail|details|reason|type)?"
)
_CODES: Final = {"code", "cod", "status", "statuscode", "httpstatus", "httpcode", "httpstatuscode"}
_NO_ERROR: Final = {"0", "ok", "success", "successful", "succeeded", "none", "null", "false", "no", "no error"}
_FAILED: Final = {"error", "fail", "failed", "failure", "exception"}
_REFERENCES: Final = {"type", "instance", "path", "timestamp", "requestid", "traceid", "documentationurl", "helpurl"}
_WORDS: Final = _ERRORS | _MESSAGES | _NOTICES | _SUCCESS | _FAILURE | _STATUSES | _CODES | _REFERENCES


def is_about_failure(key: str) -> bool:
    """Say whether a key's name is one for errors and warnings, so that a list under it is not one of records."""
    return _bare(key) in _ERRORS | _NOTICES


def is_about_outcome(key: str) -> bool:
    """Say whether a key's name is one for how a request ended, and nothing about what was asked for."""
    return _bare(key) in _WORDS or is_about_errors(key)


def says_failure(body: Any) -> bool:  # noqa: ANN401 - any JSON
    """Say whether a body has an explicit sign of failure: `"ok": false`, `"status": "error"`, a code above 399."""
    return isinstance(body, dict) and any(_is_sign(_bare(key), value) for key, value in body.items())


def has_errors(body: Any, records: list[Any]) -> bool:  # noqa: ANN401 - any JSON
    """Say whether a body holds errors, which its records are not.

    Args:
        body: The body.
        records: The records in it.
    """
    if not isinstance(body, dict):
        return False
    return any(
        is_about_errors(key) and _says_something(value) and not _is_list_of(value, records)
        for key, value in body.items()
    )


def heads_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the parts of a body that say how the request ended: `{"status": {"error_code": 1001}}`."""
    return [value for key, value in body.items() if isinstance(value, dict) and _bare(key) in _HEADS]


def is_error_object(body: Mapping[str, Any]) -> bool:
    """Say whether a body that would be the one record is nothing but a report of a failure."""
    is_report = all(is_about_outcome(key) or value is None or value in ([], {}) for key, value in body.items())
    has_message = any(_bare(key) in _MESSAGES and _holds_something(value) for key, value in body.items())
    is_good = any(_is_good(_bare(key), value) for key, value in body.items())
    return is_report and (says_failure(body) or has_errors(body, []) or (has_message and not is_good))


def _is_good(name: str, value: object) -> bool:
    is_good_word = isinstance(value, str) and value.lower() in {"ok", "success", "true", "succeeded"}
    return (name in _SUCCESS and (value is True or is_good_word)) or (name in _STATUSES and is_good_word)


def may_have_failed(body: Mapping[str, Any]) -> bool:
    """Say whether a body has a message and a code that is none of HTTP's, which nobody but the service knows."""
    has_code = any(
        _bare(key) in _CODES | {"retcode", "resultcode"} and isinstance(value, int) and value > 599  # noqa: PLR2004
        for key, value in body.items()
    )
    return has_code and bool(words_in(body))


def words_in(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a body that says what failed; empty if there is none."""
    return {
        key: value
        for key, value in body.items()
        if (is_about_errors(key) or _bare(key) in _MESSAGES) and _says_something(value)
    }


def is_about_errors(key: str) -> bool:
    """Say whether a key's name is one for errors: `errors`, `error_code`, `errMsg`."""
    return _bare(key) in _ERRORS or bool(_ERROR_PARTS.fullmatch(_bare(key)))


def _is_sign(name: str, value: object) -> bool:
    match value:
        case bool():
            return (name in _SUCCESS and not value) or (name in _FAILURE and value)
        case int():
            if name in _SUCCESS:
                return value == 0
            return name in _CODES and HTTPStatus.BAD_REQUEST <= value <= 599  # noqa: PLR2004 - the last of HTTP's
        case str():
            if name in _CODES and value.isascii() and value.isdecimal() and len(value) == 3:  # noqa: PLR2004 - as HTTP's
                return _is_sign(name, int(value))
            is_false = value.lower() == "false"
            return (name in _STATUSES and (is_false or value.lower() in _FAILED)) or (name in _SUCCESS and is_false)
    return False


def _says_something(value: object) -> bool:
    """Say whether a part for errors has any: `"errcode": "0"` and `"errmsg": "ok"` are none."""
    leaves = (leaf.strip().lower() if isinstance(leaf, str) else leaf for leaf in _leaves(value))
    return any(leaf not in ("", 0, False, None) and leaf not in _NO_ERROR for leaf in leaves)


def _holds_something(value: object) -> bool:
    return any(text not in ("", 0, False, None) for text in _leaves(value))


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value


def _is_list_of(value: object, records: list[Any]) -> bool:
    return isinstance(value, list) and bool(records) and any(item is records[0] for item in value)


def _bare(key: str) -> str:
    return re.sub(r"[^a-z]", "", key.lower())
