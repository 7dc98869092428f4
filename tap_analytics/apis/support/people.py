"""The people of the support desk."""

from __future__ import annotations

from tap_analytics.apis.support.client import OLDEST_FIRST, SupportStream


class Users(SupportStream):
    """The people who answer customers, with their roles."""

    name = "users"
    path = "/users"
    primary_keys = ("id",)
    order = OLDEST_FIRST


class Teams(SupportStream):
    """The teams that tickets are assigned to, with their members."""

    name = "teams"
    path = "/teams"
    primary_keys = ("id",)
    order = OLDEST_FIRST
