"""The customers of the support API."""

from __future__ import annotations

from tap_analytics.apis.support.client import SupportStream
from tap_analytics.paging.paginators import SinglePage
from tap_analytics.paging.selectors import KeyPath, Lifted
from tap_analytics.sync.parents import Parent


class Customers(SupportStream):
    """The people who wrote to the support desk."""

    name = "customers"
    path = "/customers"
    primary_keys = ("id",)
    replication_key = "updated_datetime"
    newest_first = True


class CustomerCustomFields(SupportStream):
    """The values of the customers' custom fields, which the list of customers leaves out: one request per customer."""

    name = "customer_custom_fields"
    path = "/customers/{resources.customers.id}/custom-fields"
    primary_keys = ("customer_id", "field_id")
    records = Lifted(KeyPath("data"), {"field_id": "field.id"})
    paginator = SinglePage()
    parent = Parent(name="customers", added={"id": "customer_id"})
    selected_by_default = False
