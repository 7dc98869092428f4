"""The rows that the page is drawn from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = list[Row]

NAMES = (
    "cohort_retention",
    "invoices_open",
    "mrr_by_day",
    "mrr_by_month",
    "mrr_movements_by_month",
    "plans_overview",
    "response_times_by_month",
    "revenue_at_risk",
    "satisfaction_by_agent_and_month",
    "tickets_by_day",
)
"""The marts that are needed."""

_IN_ONE_CURRENCY = (
    "cohort_retention",
    "mrr_by_day",
    "mrr_by_month",
    "mrr_movements_by_month",
    "plans_overview",
    "revenue_at_risk",
)


class Marts:
    """The rows of all marts, with plain numbers.

    Attributes:
        currency: The currency with the most recurring revenue; rows of revenue in any other one are left out.
        today: The last day that the marts tell of.

    Args:
        rows_of: Gives the rows of a mart by its name.
    """

    def __init__(self, rows_of: Callable[[str], Iterable[Mapping[str, Any]]]) -> None:
        self._rows = {name: [_plain(row) for row in rows_of(name)] for name in NAMES}
        days = self._rows["mrr_by_day"]
        self.today: date = max((row["day"] for row in days), default=date.min)
        latest = [row for row in days if row["day"] == self.today]
        self.currency: str = max(latest, key=lambda row: row["mrr"], default={"currency": ""})["currency"]

    def rows(self, name: str, *order: str) -> Rows:
        """Return the rows of a mart, in the order of some columns."""
        rows = self._rows[name]
        if name in _IN_ONE_CURRENCY:
            rows = [row for row in rows if row["currency"] == self.currency]
        return sorted(rows, key=lambda row: [row[column] for column in order])


def _plain(row: Mapping[str, Any]) -> Row:
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}
