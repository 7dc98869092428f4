"""What is billed: the systems that bill, invoices, and the events of subscriptions."""

from __future__ import annotations

from tap_analytics.apis.subscription.client import SubscriptionStream
from tap_analytics.paging.paginators import CursorOrPageNumber, SinglePage
from tap_analytics.paging.selectors import KeyPath


class DataSources(SubscriptionStream):
    """The systems that customers and invoices come from.

    The list is not paged, and its settings are told only if they are asked for by name.
    """

    name = "data_sources"
    path = "/data_sources"
    primary_keys = ("uuid",)
    records = KeyPath("data_sources")
    paginator = SinglePage()
    fixed_params = {  # noqa: RUF012
        "with_processing_status": "true",
        "with_auto_churn_subscription_setting": "true",
        "with_invoice_handling_setting": "true",
    }


class Invoices(SubscriptionStream):
    """Invoices with their line items and transactions.

    Unless it is asked for all, the service may leave out those that it takes for invalid, and those that somebody
    disabled: a whole read would then delete them from the table. How invoices were edited is told only on demand.
    """

    name = "invoices"
    path = "/invoices"
    primary_keys = ("uuid",)
    records = KeyPath("invoices")
    fixed_params = {  # noqa: RUF012
        "validation_type": "all",
        "with_disabled": "true",
        "include_edit_histories": "true",
    }


class SubscriptionEvents(SubscriptionStream):
    """What happened to subscriptions, as billing systems tell it; disabled events and edits have to be asked for."""

    name = "subscription_events"
    path = "/subscription_events"
    primary_keys = ("id",)
    records = KeyPath("subscription_events")
    # Older answers have no cursor, and say in `meta` how many pages there are.
    paginator = CursorOrPageNumber(limit_param="per_page", total_path="meta.total_pages")
    fixed_params = {"with_disabled": "true", "include_edit_histories": "true"}  # noqa: RUF012
