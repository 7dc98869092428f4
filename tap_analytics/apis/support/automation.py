"""What the support desk works with by itself: rules, macros, jobs, integrations, widgets and tags."""

from __future__ import annotations

from tap_analytics.apis.support.client import ACTIVE_AND_ARCHIVED, OLDEST_FIRST, SupportStream


class Rules(SupportStream):
    """The rules that act on tickets by themselves."""

    name = "rules"
    path = "/rules"
    primary_keys = ("id",)
    order = OLDEST_FIRST


class Macros(SupportStream):
    """The prepared answers and actions, archived ones too."""

    name = "macros"
    path = "/macros"
    primary_keys = ("id",)
    order = OLDEST_FIRST
    split_by = ACTIVE_AND_ARCHIVED


class Jobs(SupportStream):
    """The tasks that run in the background, such as exports and changes of many tickets."""

    name = "jobs"
    path = "/jobs"
    primary_keys = ("id",)
    order = OLDEST_FIRST


class Integrations(SupportStream):
    """The connections to other systems. The headers in `http` may hold secrets of these."""

    name = "integrations"
    path = "/integrations"
    primary_keys = ("id",)
    order = OLDEST_FIRST


class Widgets(SupportStream):
    """The panels beside a ticket that show data of other systems."""

    name = "widgets"
    path = "/widgets"
    primary_keys = ("id",)
    order = OLDEST_FIRST


class Tags(SupportStream):
    """The labels of tickets."""

    name = "tags"
    path = "/tags"
    primary_keys = ("id",)
    order = OLDEST_FIRST
