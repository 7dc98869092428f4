"""The streams of the support API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_analytics.apis.support.client import SupportStream
from tap_analytics.paging.paginators import SinglePage
from tap_analytics.paging.selectors import WholeBody

if TYPE_CHECKING:
    from singer_sdk import Tap

    from tap_analytics.http.session import ApiSession


class Account(SupportStream):
    """The account that the credentials belong to."""

    name = "account"
    path = "/account"
    primary_keys = ("domain",)
    records = WholeBody()
    paginator = SinglePage()


class Customers(SupportStream):
    """The people who wrote to the support desk."""

    name = "customers"
    path = "/customers"
    primary_keys = ("id",)
    replication_key = "updated_datetime"
    newest_first = True


class CustomFields(SupportStream):
    """The fields that the account added to its objects; the service requires their object type."""

    name = "custom_fields"
    path = "/custom-fields"
    primary_keys = ("id",)
    split_by = ("object_type", "custom_field_object_types")


STREAMS = (Account, Customers, CustomFields)


def make_streams(tap: Tap, session: ApiSession) -> list[SupportStream]:
    """Make all streams of the API.

    Args:
        tap: The tap.
        session: The connections and the pace of the run.
    """
    return [stream(tap, session) for stream in STREAMS]
