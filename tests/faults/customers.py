"""A service with two pages of customers, which refuses everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults.runs import KEY
from tests.faults.server import whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.faults.server import End, Request

ROWS = [{"id": number, "uuid": f"u{number}"} for number in range(3)]


def customers(request: Request) -> Iterable[bytes | float | End]:
    """Give two pages of customers, and 403 for everything else."""
    if request.path != "/v1/customers":
        yield whole({"message": f"no rights for {KEY}"}, "403 Forbidden")
    elif "cursor" in request.params:
        yield whole({"entries": ROWS[2:], "has_more": False})
    else:
        yield whole({"entries": [*ROWS[:2]], "cursor": "c", "has_more": True})
