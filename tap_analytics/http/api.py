"""The properties of an API: its limits, its page sizes, and the settings that hold its credentials."""

from __future__ import annotations

from msgspec import Struct


class Api(Struct, frozen=True, kw_only=True):
    """An API, as its documentation describes it.

    Attributes:
        name: Its value of the setting `api`.
        credentials: The settings that hold the user name and the password of HTTP Basic; None where either
            `username` and `password` or `api_key` may be set.
        page_size: Records to ask for in one answer; None where that is left to the API.
        max_page_size: The largest page size that it accepts; None where it is not known.
        requests: How many requests it accepts in a period.
        seconds: The length of the period.
        parallel_requests: Requests that may be in flight at once; well below its limit, which others share.
    """

    name: str
    credentials: tuple[str, str] | None
    page_size: int | None
    max_page_size: int | None
    requests: int
    seconds: int
    parallel_requests: int
