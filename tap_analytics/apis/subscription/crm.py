"""What salespeople keep about customers; each list is read whole, since clients can write its update times."""

from __future__ import annotations

from tap_analytics.apis.subscription.client import SubscriptionStream


class Contacts(SubscriptionStream):
    """The people to talk to at a customer."""

    name = "contacts"
    path = "/contacts"
    primary_keys = ("uuid",)


class CustomerNotes(SubscriptionStream):
    """Notes about customers, and minutes of calls."""

    name = "customer_notes"
    path = "/customer_notes"
    primary_keys = ("uuid",)


class Opportunities(SubscriptionStream):
    """Deals that may be made with customers."""

    name = "opportunities"
    path = "/opportunities"
    primary_keys = ("uuid",)


class Tasks(SubscriptionStream):
    """What is to be done about customers."""

    name = "tasks"
    path = "/tasks"
    primary_keys = ("task_uuid",)
