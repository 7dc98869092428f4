"""What may be logged: no secret, in none of its forms, and nothing twice."""

from __future__ import annotations

import base64
import json
import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from typing_extensions import override

from tap_analytics.texts import CUT, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MASK = "********"
_SHORTEST_PART = 4
"""Characters of a secret that are worth hiding."""

# The SDK's own line about a failing stream; the line that says what failed, and what to do, follows it.
_EMPTY_NEWS = "An unhandled error occurred while syncing '%s'"


def _forms(secret: str) -> Iterator[str]:
    """Return the texts as which a secret shows up in addresses, headers and bodies."""
    # Headers are read as Latin-1, whatever they are; odd characters of foreign texts are escaped.
    as_header = secret.encode().decode("latin-1")
    yield from (secret, as_header, escape(secret), escape(as_header))
    for quoted in (quote(secret), quote(secret, safe=""), quote_plus(secret)):
        yield quoted
        yield re.sub("%..", lambda code: code[0].lower(), quoted)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield base64.b64encode(secret.encode()).decode()
    yield base64.urlsafe_b64encode(secret.encode()).decode()


class SecretFilter(logging.Filter):
    """Masks secrets in all that a handler is about to write, stack traces included.

    Args:
        secrets: The texts to mask; their URL-encoded and base64 forms are masked too.
        credentials: User names and passwords, masked in the form that HTTP Basic gives them.
    """

    def __init__(self, secrets: Iterable[str], credentials: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__()
        pairs = [base64.b64encode(f"{user}:{password}".encode()).decode() for user, password in credentials]
        forms = {form for secret in secrets for form in _forms(secret)}
        # Longest first: a form can hold another one.
        self._forms = sorted({*forms, *pairs} - {""}, key=len, reverse=True)

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        if record.msg == _EMPTY_NEWS:
            return False
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # Somebody's arguments do not fit the text.
            message = record.msg = f"{record.msg} {record.args}"
            record.args = None
        if (masked := self.mask(message)) != message:
            record.msg, record.args = masked, None
        if record.exc_info and record.exc_info[1] is not None:
            trace = self.mask(logging.Formatter().formatException(record.exc_info))
            # Formatters that build a trace of their own would not see the masked one.
            record.exc_info, record.exc_text = None, trace
        return True

    def mask(self, text: str) -> str:
        """Return a text without secrets."""
        for form in self._forms:
            text = text.replace(form, _MASK)
        # A foreign text may have been cut in the middle of a secret.
        *cut, rest = text.split(CUT)
        return "".join(f"{self._mask_end(part)}{CUT}" for part in cut) + rest

    def _mask_end(self, text: str) -> str:
        """Mask the beginning of a secret at the end of a text."""
        for form in self._forms:
            for length in range(len(form) - 1, _SHORTEST_PART - 1, -1):
                if text.endswith(form[:length]):
                    return text[:-length] + _MASK
        return text


def mask_secrets(secrets: Iterable[str], credentials: Iterable[tuple[str, str]] = ()) -> None:
    """Mask secrets in whatever the process logs from now on."""
    mask = SecretFilter(secrets, credentials)
    for handler in logging.getLogger().handlers:
        for old in [old for old in handler.filters if isinstance(old, SecretFilter)]:
            handler.removeFilter(old)
        handler.addFilter(mask)
