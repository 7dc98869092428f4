"""What all streams of an API have in common: its limits, and the settings that hold its credentials."""

from __future__ import annotations

from msgspec import Struct


class Api(Struct, frozen=True, kw_only=True):
    """An API, as its publisher describes it.

    Attributes:
        name: Its value of the setting `api`.
        credentials: The settings that hold the user name and the password of HTTP Basic; None where either of the two
            pairs that there are will do.
        page_size: Records to ask for in one answer; None where that is left to the API.
        max_page_size: The largest page that it gives; None where nobody knows.
        requests: How many requests it takes in a period.
        seconds: The length of the period.
        parallel_requests: Requests that may be under way at once; well below what it allows, for others use it too.
    """

    name: str
    credentials: tuple[str, str] | None
    page_size: int | None
    max_page_size: int | None
    requests: int
    seconds: int
    parallel_requests: int
