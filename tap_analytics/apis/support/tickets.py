"""The tickets of the support API, and what belongs to them."""

from __future__ import annotations

from datetime import timedelta

from tap_analytics.apis.support.client import SupportStream
from tap_analytics.records.datetimes import DateStyle
from tap_analytics.sync.date_windows import DateFilter

_LATE_VALUES = timedelta(days=14)
"""How long after its creation a row still gets values without a date of change that the list could be ordered by."""


class Tickets(SupportStream):
    """The conversations with customers, trashed ones and those marked as spam included."""

    name = "tickets"
    path = "/tickets"
    primary_keys = ("id",)
    replication_key = "updated_datetime"
    newest_first = True


class Messages(SupportStream):
    """The messages of all tickets.

    The list can only be ordered by creation, and a message is sent, opened, failed or deleted later: each run reads the
    last 14 days again.
    """

    name = "messages"
    path = "/messages"
    primary_keys = ("id",)
    replication_key = "created_datetime"
    replication_key_is_fixed = True
    newest_first = True
    lookback = _LATE_VALUES


class Events(SupportStream):
    """What happened to tickets, users, rules and other objects; the only list that the service filters by date."""

    name = "events"
    path = "/events"
    primary_keys = ("id",)
    replication_key = "created_datetime"
    replication_key_is_fixed = True
    order = "created_datetime:asc"
    date_filter = DateFilter(
        start_param="created_datetime[gte]",
        end_param="created_datetime[lt]",
        style=DateStyle.of("2024-01-01T00:00:00.000000+00:00"),
        exact=True,
    )


class SatisfactionSurveys(SupportStream):
    """How customers rate the handling of their tickets, one survey per ticket.

    The list can only be ordered by creation, and the score comes later: each run reads the last 14 days again.
    """

    name = "satisfaction_surveys"
    path = "/satisfaction-surveys"
    primary_keys = ("id",)
    replication_key = "created_datetime"
    replication_key_is_fixed = True
    newest_first = True
    lookback = _LATE_VALUES
