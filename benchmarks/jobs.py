"""What is read: a number of records of the subscription API's streams, or chains of pages by cursor."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from typing_extensions import override

YEARS = 4
"""How far back activities reach."""

PAGE = 200
"""Records in a page of the subscription API."""

RECORDS = ("activities", "customers")
COUNTS = tuple(f"customer_{interval}_count" for interval in ("daily", "monthly", "quarterly", "weekly"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is read.

    Attributes:
        customers: How many customers there are.
        activities: How many activities there are.
        chains: For each further list, how many pages it has; each page is asked for by the cursor of the one before.
        chain_rows: How many records a page of such a list has.
        weight: Bytes of a text in each record of the chains, and in each activity.
        streams: Which streams are read.
        dated: Whether a start date is set, so that activities can be read window by window.
        latency: Seconds that each answer takes longer.
        rate: Requests a second that the server allows; 0 for no limit, which the tap is told.
        in_flight: How many requests a reader may have under way at a time; None for the reader's default.
    """

    customers: int = 0
    activities: int = 0
    chains: tuple[int, ...] = ()
    chain_rows: int = 100
    weight: int = 0
    streams: tuple[str, ...] = RECORDS
    dated: bool = False
    latency: float = 0.0
    rate: int = 0
    in_flight: int | None = None

    @override
    def __str__(self) -> str:
        if self.chains:
            words = [f"{len(self.chains)} chains of {min(self.chains)} to {max(self.chains)} pages"]
        else:
            words = [f"{self.customers} customers and {self.activities} activities"]
            words += [", ".join(self.streams)] * (self.streams != RECORDS)
        words += ["by date"] * self.dated + [f"{self.weight} bytes more in a record"] * bool(self.weight)
        words += [f"{self.latency} s later"] * bool(self.latency) + [f"at most {self.rate}/s"] * bool(self.rate)
        return "; ".join(words)

    @classmethod
    def of(cls, records: int, share: float = 0.5, **attributes: Any) -> Job:
        """Return the job to read so many records, a share of them customers and the rest activities."""
        customers = round(share * records)
        return cls(customers=customers, activities=records - customers, **attributes)

    @classmethod
    def of_chains(cls, pages: tuple[int, ...], **attributes: Any) -> Job:
        """Return the job to read lists of so many pages, in an order that has nothing to do with their lengths."""
        streams = [chain_name(number) for number in range(len(pages))]
        random.Random(len(pages)).shuffle(streams)  # noqa: S311 - an order
        return cls(chains=pages, streams=tuple(streams), **attributes)

    @property
    def counts(self) -> dict[str, int]:
        """The number of records in each stream that is counted out."""
        known = {"customers": self.customers, "activities": self.activities}
        known |= {chain_name(number): pages * self.chain_rows for number, pages in enumerate(self.chains)}
        return {stream: known[stream] for stream in self.streams if stream in known}

    @property
    def pages(self) -> int:
        """The number of pages that all streams have, each list read by itself."""
        size = self.chain_rows if self.chains else PAGE
        return sum(max(1, -(-records // size)) for records in self.counts.values()) + len({*self.streams} & {*COUNTS})

    @property
    def data(self) -> dict[str, Any]:
        """What the server is told to have, and how to answer."""
        return {
            "customers": self.customers,
            "activities": self.activities,
            "chains": ",".join(map(str, self.chains)),
            "chain_rows": self.chain_rows,
            "weight": self.weight,
            "latency": self.latency,
            "rate": self.rate,
        }

    @property
    def settings(self) -> dict[str, Any]:
        """What every contestant is told besides the address."""
        settings: dict[str, Any] = {"streams": self.streams}
        if self.dated:
            settings["start_date"] = (datetime.now(timezone.utc) - timedelta(days=365 * YEARS)).date().isoformat()
        return settings


def chain_name(number: int) -> str:
    """Return the name of a chain's stream."""
    return f"chain_{number:02}"
