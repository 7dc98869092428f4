"""How amounts, times and dates are written on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
_HOUR, _DAY = 60, 24 * 60
_MINUS, _NO_BREAK = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"


def amount(value: float, currency: str, *, signed: bool = False) -> str:
    """Return an amount without its cents, such as €1,234."""
    sign = _MINUS if round(value) < 0 else "+" if signed else ""
    before = _SIGNS.get(currency, f"{currency}{_NO_BREAK}")
    return f"{sign}{before}{abs(value):,.0f}"


def percent(share: float, *, signed: bool = False, digits: int = 0) -> str:
    """Return a share as a percentage, such as 12 %."""
    number = round(share * 100, digits)
    sign = _MINUS if number < 0 else "+" if signed else ""
    return f"{sign}{abs(number):.{digits}f}%"


def duration(minutes: float) -> str:
    """Return a length of time in the unit that suits it."""
    if minutes < _HOUR:
        return f"{minutes:.0f}{_NO_BREAK}min"
    if minutes < 2 * _DAY:
        return f"{minutes / _HOUR:.1f}{_NO_BREAK}h"
    return f"{minutes / _DAY:.1f}{_NO_BREAK}days"


def month(day: date) -> str:
    """Return a month, such as Jan 2026."""
    return f"{day:%b %Y}"


def count(number: int, one: str, several: str = "") -> str:
    """Return a number of things, such as 1 ticket, 2 tickets."""
    return f"{number:,}{_NO_BREAK}{one if number == 1 else several or f'{one}s'}"
