"""All streams of the support API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_analytics.apis.support.account import Account
from tap_analytics.apis.support.custom_fields import CustomFields
from tap_analytics.apis.support.customers import Customers

if TYPE_CHECKING:
    from singer_sdk import Tap

    from tap_analytics.apis.support.client import SupportStream
    from tap_analytics.http.session import ApiSession

STREAMS: tuple[type[SupportStream], ...] = (Account, Customers, CustomFields)


def make_streams(tap: Tap, session: ApiSession) -> list[SupportStream]:
    """Make all streams of the API.

    Args:
        tap: The tap.
        session: The connections and the pace of the run.
    """
    return [stream(tap, session) for stream in STREAMS]
