"""What may be logged: no secret, in none of its forms, and nothing twice."""

from __future__ import annotations

import base64
import json
import logging
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, quote_plus, unquote
from urllib.request import getproxies

from singer_sdk.logging import StructuredFormatter
from singer_sdk.metrics import get_metrics_logger
from typing_extensions import override

from tap_analytics.quoting import CUT, escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_MASK = "********"
_SHORTEST = 4
"""Characters of a secret, or of a part of one, that are worth hiding: shorter texts occur in any word."""

_MOST_GIVEN: Final = 5
"""Secrets that a service gave, of which the newest are masked."""


def _forms(secret: str) -> Iterator[str]:
    """Return the texts as which a secret shows up in addresses, headers and bodies."""
    # Headers are read as Latin-1, whatever they are; odd characters of foreign texts are escaped.
    as_header = secret.encode().decode("latin-1")
    yield from (secret, as_header, escape(secret), escape(as_header))
    for quoted in (quote(secret), quote(secret, safe=""), quote_plus(secret)):
        yield quoted
        yield re.sub("%..", lambda code: code[0].lower(), quoted)
    yield repr(secret)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield base64.b64encode(secret.encode()).decode()
    yield base64.urlsafe_b64encode(secret.encode()).decode()


class _MetricsForDebug(logging.Filter):
    """Keeps the SDK's METRIC lines for those who ask for them: at the level DEBUG, and in structured logs."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        if logging.getLogger().isEnabledFor(logging.DEBUG):
            return True
        # Whoever reads structured logs, as Meltano does, can tell by the level what to show.
        record.levelname = logging.getLevelName(logging.DEBUG)
        return any(isinstance(handler.formatter, StructuredFormatter) for handler in logging.getLogger().handlers)


_METRICS_FOR_DEBUG: Final = _MetricsForDebug()


_OF_VARIABLES: Final = {"Skipping parse of env var settings...", "Parsing env var for settings config..."}


def _tells_more_than_variables(record: logging.LogRecord) -> bool:
    """Say whether a line is not one of those with which the SDK opens each run: they tell users nothing."""
    return record.msg not in _OF_VARIABLES or logging.getLogger().isEnabledFor(logging.DEBUG)


def quiet_sdk(logger: logging.Logger) -> None:
    """Keep from now on what the SDK tells of itself to the level DEBUG.

    Args:
        logger: The tap's.
    """
    get_metrics_logger().addFilter(_METRICS_FOR_DEBUG)
    logger.addFilter(_tells_more_than_variables)


class SecretMask:
    """Masks secrets in texts.

    Args:
        secrets: The texts to mask; their URL-encoded and base64 forms are masked too.
        credentials: User names and passwords, masked in the form that HTTP Basic gives them.
    """

    def __init__(self, secrets: Iterable[str], credentials: Iterable[tuple[str, str]] = ()) -> None:
        pairs = [base64.b64encode(f"{user}:{word}".encode()).decode() for user, word in credentials if user or word]
        hidden = [*(secret for secret in secrets if len(secret) >= _SHORTEST), *pairs]
        # Longest first: a form can hold another one.
        self._forms = sorted({form for text in hidden for form in _forms(text)}, key=len, reverse=True)

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
            for length in range(len(form) - 1, _SHORTEST - 1, -1):
                if text.endswith(form[:length]):
                    return text[:-length] + _MASK
        return text


class _MaskedRecords:
    """Makes log records without secrets, stack traces included.

    Masked where they are made, records hold no secret for any handler: not for those of a user's own configuration.
    """

    def __init__(self, mask: SecretMask, make: Callable[..., logging.LogRecord]) -> None:
        self._masks = [mask]
        self.make = make

    def add(self, mask: SecretMask) -> None:
        """Mask more, and no longer what was added long ago: services give one token after another."""
        first, *others = self._masks
        self._masks = [first, *others[1 - _MOST_GIVEN :], mask]

    def mask(self, text: str) -> str:
        """Return a text without secrets."""
        for mask in self._masks:
            text = mask.mask(text)
        return text

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self.make(*args, **kwargs)
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
        if record.stack_info:
            record.stack_info = self.mask(record.stack_info)
        return record


def mask_secrets(secrets: Iterable[str], credentials: Iterable[tuple[str, str]] = ()) -> None:
    """Mask secrets in whatever the process logs from now on, and nothing that was masked before.

    Args:
        secrets: The texts to mask; those of the proxies' addresses are added.
        credentials: User names and passwords that are sent as HTTP Basic sends them.
    """
    pairs = [*credentials, *_proxy_credentials()]
    make = logging.getLogRecordFactory()
    if isinstance(make, _MaskedRecords):
        make = make.make
    mask = SecretMask([*secrets, *(text for pair in _proxy_credentials() for text in pair)], pairs)
    logging.setLogRecordFactory(_MaskedRecords(mask, make))


def mask_also(secret: str) -> None:
    """Mask a secret that a service gave, besides those that are masked already.

    Args:
        secret: The text to mask.
    """
    make = logging.getLogRecordFactory()
    if isinstance(make, _MaskedRecords):
        make.add(SecretMask([secret]))


def masked(text: str) -> str:
    """Return a text as it may be shown: without the secrets that the log masks."""
    make = logging.getLogRecordFactory()
    return make.mask(text) if isinstance(make, _MaskedRecords) else text


def _proxy_credentials() -> Iterator[tuple[str, str]]:
    """Yield the user names and passwords in the addresses of proxies, however ill-formed these are."""
    for address in getproxies().values():
        before, at, _ = address.rpartition("@")
        if at:
            user, _, password = before.partition("//")[2].partition(":")
            yield user, password
            yield unquote(user), unquote(password)
