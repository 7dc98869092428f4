"""The account's customers, and the subscriptions of each."""

from __future__ import annotations

from tap_analytics.apis.subscription.client import SubscriptionStream
from tap_analytics.sync.parents import Parent


class Customers(SubscriptionStream):
    """The account's customers; the service gives neither an update time nor a date filter."""

    name = "customers"
    path = "/customers"
    primary_keys = ("id",)


class CustomerSubscriptions(SubscriptionStream):
    """The subscriptions of each customer: one request for every customer."""

    name = "customer_subscriptions"
    path = "/customers/{resources.customers.uuid}/subscriptions"
    primary_keys = ("customer_uuid", "id")
    parent = Parent(name="customers", added={"uuid": "customer_uuid"})
    selected_by_default = False
