"""The pages that everybody reads: rows of the sandbox's kind, made once and served from memory.

The sandbox's own data would take minutes to make for 200,000 records, and its customers and activities cannot be
counted out to the page. So a few thousand rows of its making are repeated, each time under another key and, where they
are activities, another date.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any

from analytics_sandbox import people, subscription_data
from analytics_sandbox.counts import Headcount
from analytics_sandbox.offering import offering
from analytics_sandbox.wire import SUBSCRIPTION_SPELLINGS, encode

from benchmarks.jobs import YEARS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PEOPLE = 1000
_KEY = "@key@"
_DATE = "@date@"
_DESCRIPTION = b'"description":"'
_LARGEST = 2**63
_DAY = timedelta(days=1)


class Pages:
    """The answers of the subscription API for a number of customers and of activities.

    Args:
        customers: How many customers.
        activities: How many activities, spread evenly over `YEARS` that end yesterday.
        weight: How many bytes longer the description of each activity is.
    """

    def __init__(self, customers: int, activities: int, weight: int = 0) -> None:
        today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
        first = today - timedelta(days=365 * YEARS)
        rng = people.source("benchmark")
        offer = offering(rng, first)
        past = [
            subscription_data.subscriber(rng, number, people.moment(rng, first, today), today, offer)
            for number in range(_PEOPLE)
        ]
        for one in past:
            _tame(one.customer["attributes"])
        templates = [_split({**one.customer, "id": _KEY}) for one in past]
        self._customers = [
            before[:-1] + b"%d" % (subscription_data.FIRST_ID + number) + after[1:]
            for number, (before, after) in enumerate(_repeated(templates, customers))
        ]
        templates = [
            _split({**row, "uuid": _KEY, "date": _DATE})
            for one in past
            for row in subscription_data.activities(rng, one)
        ]
        step = (today - first) / max(1, activities)
        self._moments = [first + number * step for number in range(activities)]
        self._activities = []
        for number, (before, after) in enumerate(_repeated(templates, activities)):
            spelled = SUBSCRIPTION_SPELLINGS[number % len(SUBSCRIPTION_SPELLINGS)](self._moments[number]).encode()
            # The date stands before the uuid, as in the sandbox's rows.
            self._activities.append(before.replace(_DATE.encode(), spelled) + _uuid(number).encode() + after)
        days = [(first + number * (today - first) / _PEOPLE).date() for number in range(_PEOPLE)]
        self._text = b"x" * weight
        self._headcount = Headcount(days, days[: _PEOPLE // 5])

    def answer(self, path: str, params: Mapping[str, str]) -> tuple[bytes, int] | None:
        """Answer a request.

        Args:
            path: Its path.
            params: Its query.

        Returns:
            The body, and how many pages the list has that was asked for; None where there is no such path.
        """
        limit = int(params.get("per_page", "200"))
        match path.removeprefix("/v1"):
            case "/customers":
                number = int(params.get("page", "1"))
                offset = int(params["cursor"]) if "cursor" in params else (number - 1) * limit
                return self._page(self._customers, limit, (0, len(self._customers)), offset)
            case "/activities":
                low, high = self._bounds(params)
                offset = low
                if "start-after" in params:
                    offset = _number(params["start-after"]) + 1
                elif "cursor" in params:
                    # The service loses rows this way; here it serves the one reader that knows no other.
                    offset = int(params["cursor"])
                body, pages = self._page(self._activities, limit, (low, high), offset)
                return body.replace(_DESCRIPTION, _DESCRIPTION + self._text) if self._text else body, pages
            case "/metrics/customer-count":
                start, end = (date.fromisoformat(params[name]) for name in ("start-date", "end-date"))
                interval: Any = params["interval"]
                return encode({"entries": self._headcount.entries(interval, start, end, "monday")}), 1
            case "/account":
                return encode({"id": "acc_1", "name": "Benchmark", "time_zone": "UTC", "week_start_on": "monday"}), 1
        return None

    def _bounds(self, params: Mapping[str, str]) -> tuple[int, int]:
        low, high = 0, len(self._moments)
        if "start-date" in params:
            low = bisect_left(self._moments, _midnight(params["start-date"]))
        if "end-date" in params:
            high = bisect_right(self._moments, _midnight(params["end-date"]) + _DAY)
        return low, high

    @staticmethod
    def _page(rows: list[bytes], limit: int, bounds: tuple[int, int], offset: int) -> tuple[bytes, int]:
        low, high = bounds
        end = min(offset + limit, high)
        # As the service does, the last page carries a cursor too; only what comes behind it does not.
        cursor = str(end) if offset < end else None
        rest = encode({"has_more": end < high, "per_page": limit, "cursor": cursor})[1:]
        body = b'{"entries":[' + b",".join(rows[offset:end]) + b"]," + rest
        return body, max(1, -(-(high - low) // limit))


def _tame(attributes: dict[str, Any]) -> None:
    """Take out what stops some readers: integers beyond 64 bits, and an object whose key is another in every row."""
    attributes["custom"] = {
        "number" if key.isdigit() else key: value % _LARGEST if key == "big" else value
        for key, value in attributes["custom"].items()
    }
    if stripe := attributes["stripe"]:
        stripe["uid"] %= _LARGEST


def _split(row: dict[str, Any]) -> tuple[bytes, bytes]:
    before, _, after = encode(row).partition(_KEY.encode())
    return before, after


def _repeated(templates: list[tuple[bytes, bytes]], times: int) -> Iterator[tuple[bytes, bytes]]:
    return (templates[number % len(templates)] for number in range(times))


def _uuid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def _number(uuid: str) -> int:
    return int(uuid[:8], 16)


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day[:10]), time.min, tzinfo=timezone.utc)
