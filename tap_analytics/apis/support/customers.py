"""The customers of the support API."""

from __future__ import annotations

from tap_analytics.apis.support.client import SupportStream


class Customers(SupportStream):
    """The people who wrote to the support desk."""

    name = "customers"
    path = "/customers"
    primary_keys = ("id",)
    replication_key = "updated_datetime"
    newest_first = True
