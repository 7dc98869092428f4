"""The account of the support API."""

from __future__ import annotations

from tap_analytics.apis.support.client import SupportStream
from tap_analytics.paging.paginators import SinglePage
from tap_analytics.paging.selectors import WholeBody


class Account(SupportStream):
    """The account that the credentials belong to."""

    name = "account"
    path = "/account"
    primary_keys = ("domain",)
    records = WholeBody()
    paginator = SinglePage()
