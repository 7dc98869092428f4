"""What goes over the wire: JSON to the last digit, and instants in each spelling that the services use."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

Row: TypeAlias = "dict[str, Any]"
"""One object of an API, in the API's own spelling."""

# The json module writes no Decimal. It goes in as a string behind a NUL, which no other string here contains,
# and the quotes are taken off afterwards.
_NUMBER = re.compile(r'"\\u0000([-+.0-9E]+)"')
_COMPACT_OFFSET = re.compile(r"[+-]\d{4}$")
_EASTERN = timezone(timedelta(hours=-4))


def encode(value: object) -> bytes:
    """Write JSON, decimals with all their digits."""
    text = json.dumps(value, default=_number, ensure_ascii=False, separators=(",", ":"))
    if "\\u0000" in text:
        text = _NUMBER.sub(r"\1", text)
    return text.encode()


def decode(body: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    """Read JSON, decimals with all their digits."""
    return json.loads(body, parse_float=Decimal)


def _number(value: object) -> str:
    if isinstance(value, Decimal):
        return f"\0{value}"
    message = f"{type(value).__name__} is not JSON"
    raise TypeError(message)


def instant(text: str) -> datetime:
    """Read an instant in any of the spellings below; without an offset it is UTC.

    Raises:
        ValueError: `text` is no ISO 8601 date or instant.
    """
    # Python 3.10 reads neither `Z` nor `+0000`.
    text = text.replace("Z", "+00:00")
    if _COMPACT_OFFSET.search(text):
        text = f"{text[:-2]}:{text[-2:]}"
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def _naive(moment: datetime) -> datetime:
    return (moment if moment.tzinfo is timezone.utc else moment.astimezone(timezone.utc)).replace(tzinfo=None)


SUBSCRIPTION_SPELLINGS: tuple[Callable[[datetime], str], ...] = (
    lambda moment: moment.astimezone(timezone.utc).isoformat(timespec="seconds"),
    lambda moment: moment.astimezone(_EASTERN).isoformat(timespec="seconds"),
    lambda moment: f"{_naive(moment).isoformat(timespec='seconds')}.000Z",
    lambda moment: _naive(moment).isoformat(timespec="seconds"),
)
"""How the subscription API writes an instant: whole seconds, four spellings."""

SUPPORT_SPELLINGS: tuple[Callable[[datetime], str], ...] = (
    lambda moment: _naive(moment).isoformat(),
    lambda moment: moment.astimezone(timezone.utc).isoformat(),
    lambda moment: moment.astimezone(timezone.utc).isoformat(sep=" "),
    lambda moment: f"{_naive(moment).isoformat()}+0000",
)
"""How the support API writes an instant: four spellings, to the microsecond, without the fraction where it is zero."""
