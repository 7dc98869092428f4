"""Answers of the subscription API in the shapes that its recorded answers and its documentation have; values made up.

What the sandbox does not do stands here: fields of single years, types that differ from answer to answer, and bodies
without the keys by which lists are paged.
"""

from __future__ import annotations

from typing import Any, Final

Row = dict[str, Any]

_DISABLED: Row = {
    "errors": {"amount": ["is odd"]},
    "disabled": True,
    "disabled_at": "2024-05-02T10:00:00.123Z",
    "disabled_by": "me@example.com",
}
_EDITED: Row = {"edit_history_summary": {"values_changed": {"amount_in_cents": {"original_value": 1}}}}

_LINE_ITEM: Row = {
    "uuid": "li_1",
    "external_id": None,
    "invoice_uuid": "inv_1",
    "type": "subscription",
    "subscription_uuid": "sub_1",
    "subscription_external_id": "sub_0001",
    "subscription_set_external_id": "set_0001",
    "plan_uuid": None,
    "prorated": True,
    "proration_type": None,
    "service_period_start": "2015-11-01T00:00:00.000Z",
    "service_period_end": "2015-12-01T00:00:00.000Z",
    "amount_in_cents": 8_043_370_848,
    "quantity": 1,
    "discount_code": "",
    "discount_amount_in_cents": 1200,
    "discount_description": None,
    "tax_amount_in_cents": 900,
    "transaction_fees_in_cents": 200,
    "transaction_fees_currency": "",
    "account_code": None,
    "event_order": 5,
    "description": None,
    "balance_transfer": None,
    "cancelled_at": None,
    **_DISABLED,
    **_EDITED,
}
_TRANSACTION: Row = {
    "uuid": "tr_1",
    "external_id": None,
    "type": "refund",
    "date": "2015-11-05T00:14:23.000Z",
    "result": "successful",
    "amount_in_cents": None,
    "transaction_fees_in_cents": None,
    "transaction_fees_currency": None,
    **_DISABLED,
}
_INVOICE: Row = {
    "uuid": "inv_1",
    "customer_uuid": "cus_1",
    "customer_external_id": "c1",
    "data_source_uuid": "ds_1",
    "external_id": "INV0001",
    "date": "2015-11-01T00:00:00.000Z",
    "due_date": None,
    "currency": "USD",
    "status": "paid",
    "collection_method": "manual",
    "line_items": [_LINE_ITEM, {"uuid": "li_2", "type": "one_time", "description": "Set-up", "amount_in_cents": 2500}],
    "transactions": [_TRANSACTION],
    **_DISABLED,
    **_EDITED,
    "user_created": False,
}
_EVENT: Row = {
    "id": 73966836,
    "data_source_uuid": "ds_1",
    "customer_external_id": "c1",
    "subscription_set_external_id": "",
    "subscription_external_id": "sub_1",
    "plan_external_id": "gold",
    "event_date": "2022-03-30T00:00:00Z",
    "effective_date": "2022-04-01T00:00:00Z",
    "event_type": "subscription_start_scheduled",
    "external_id": "ev_1",
    "created_at": "2022-03-30T12:00:00Z",
    "updated_at": "2022-03-30T12:00:00Z",
    "quantity": 1,
    "currency": "USD",
    "amount_in_cents": 1000,
    "tax_amount_in_cents": 19,
    "event_order": 1,
    "retracted_event_id": "73966835",
    **_DISABLED,
    **_EDITED,
}
_NOTHING: Row = {"quantity": "", "amount_in_cents": "", "currency": "", "plan_external_id": ""}

ANSWERS: Final[dict[str, Row]] = {
    "/v1/account": {
        "id": "acc_1",
        "name": "Example",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "week_start_on": "sunday",
        "churn_recognition": "immediate",
        "churn_when_zero_mrr": False,
        "auto_churn_subscription": True,
        "refund_handling": "refund_full_only",
        "proximate_movement_reclassification": "reclassification_off",
    },
    "/v1/plans": {
        "plans": [
            {
                "uuid": "pl_1",
                "external_id": "gold",
                "name": "Gold",
                "interval_count": 30,
                "interval_unit": "day",
                "data_source_uuid": "ds_1",
            }
        ],
        "current_page": 1,
        "total_pages": 1,
        "has_more": False,
        "cursor": "b64==",
    },
    "/v1/plan_groups": {"plan_groups": [{"uuid": "plg_1", "name": "All", "plans_count": 1}], "total_pages": 1},
    "/v1/plan_groups/plg_1/plans": {"plans": [{"uuid": "pl_1", "name": "Gold"}], "current_page": 1, "total_pages": 1},
    # Not paged at all.
    "/v1/data_sources": {
        "data_sources": [
            {
                "uuid": "ds_1",
                "name": "Import",
                "system": "Import API",
                "created_at": "2016-01-10T15:34:05.144Z",
                "status": "idle",
                "processing_status": {"processed": 61, "failed": 3, "pending": 8},
                "auto_churn_subscription_setting": {"enabled": True, "interval": 30},
                "invoice_handling_setting": {
                    way: {
                        "create_subscription_when_invoice_is": "open",
                        "update_subscription_when_invoice_is": "open",
                        "prevent_subscription_for_invoice_voided": True,
                        "prevent_subscription_for_invoice_refunded": False,
                        "prevent_subscription_for_invoice_written_off": True,
                    }
                    for way in ("manual", "automatic")
                },
            },
            {"uuid": "ds_2", "name": "Old", "system": "Stripe", "created_at": "2016-01-10T15:34:05Z", "status": "idle"},
        ]
    },
    "/v1/invoices": {
        "invoices": [
            _INVOICE,
            # An older one, without a customer and much else.
            {"uuid": "inv_2", "external_id": "INV2", "date": "2015-11-01T00:00:00.000Z", "currency": "USD"},
        ],
        "current_page": 1,
        "total_pages": 1,
    },
    # Beside the list there is `meta` alone: no cursor, and nothing that says whether there is more.
    "/v1/subscription_events": {
        "subscription_events": [
            _EVENT,
            {**_EVENT, "id": 73966837, **_NOTHING, "retracted_event_id": 73966836},
            {"id": 73966838, "quantity": None, "data_source_customer_external_id": "c2", "retracted_event_id": None},
        ],
        "meta": {"next_key": 67048503, "prev_key": None, "before_key": "x", "page": 1, "total_pages": 1},
    },
    "/v1/contacts": {
        "entries": [
            {
                "uuid": "con_1",
                "customer_uuid": "cus_1",
                "customer_external_id": "c1",
                "data_source_uuid": "ds_1",
                "external_id": "k1",
                "position": 9,
                "first_name": "Adam",
                "last_name": "Smith",
                "title": "CEO",
                "email": "adam@example.com",
                "phone": "+1234567890",
                "linked_in": "linkedin",
                "twitter": "twitter",
                "notes": "Heading\nBody",
                "custom": {"Facebook": "https://example.com/adam", "date-of-birth": "1985-01-22"},
            },
            {"uuid": "con_2", "custom": [{"key": "Facebook", "value": 3}]},
        ],
        "cursor": "c1",
        "has_more": False,
    },
    "/v1/customer_notes": {
        "entries": [
            {
                "uuid": "note_1",
                "customer_uuid": "cus_1",
                "type": "call",
                "text": "This is a note",
                "call_duration": 60,
                "author": "John (john@example.com)",
                "created_at": "2015-06-09T13:16:00.000Z",
                "updated_at": "2015-06-09T13:16:00.123Z",
            }
        ],
        "cursor": "c1",
        "has_more": False,
    },
    "/v1/opportunities": {
        "entries": [
            {
                "uuid": "opp_1",
                "customer_uuid": "cus_1",
                "owner": "me@example.com",
                "pipeline": "New business",
                "pipeline_stage": "Discovery",
                "estimated_close_date": "2023-12-22",
                "currency": "USD",
                "amount_in_cents": 100,
                "type": "recurring",
                "forecast_category": "pipeline",
                "win_likelihood": 3,
                "custom": {"from-campaign": True},
                "created_at": "2024-03-13T07:33:28.356Z",
                "updated_at": "2024-03-13T07:33:28.356Z",
            },
            {"uuid": "opp_2", "custom": [{"key": "from_campaign", "value": "true"}]},
        ],
        "cursor": "c1",
        "has_more": False,
    },
    "/v1/tasks": {
        "entries": [
            {
                "task_uuid": "t1",
                "customer_uuid": "cus_1",
                "task_details": "Call",
                "assignee": "me@example.com",
                "due_date": "2025-04-30T00:00:00.000Z",
                "completed_at": "2025-04-20T00:00:00Z",
                "created_at": "2025-04-01T12:00:00.000Z",
                "updated_at": "2025-04-01T12:00:00.000Z",
            }
        ],
        "cursor": "c1",
        "has_more": False,
    },
    "/v1/customers": {"entries": [{"id": 1, "uuid": "cus_1", "customer-since": None}], "has_more": False},
    "/v1/customers/cus_1/subscriptions": {
        "entries": [
            {
                "id": 9306830,
                "uuid": "sub_1",
                "external_id": "sub_0001",
                "subscription_set_external_id": "set_0001",
                "plan": "PRO Plan (10,000 active cust.) monthly",
                "quantity": 1,
                "mrr": 70800,
                "arr": 849600,
                "status": "active",
                "billing-cycle": "month",
                "billing-cycle-count": 1,
                "start-date": "2015-12-20T08:26:49-05:00",
                "end-date": "2016-03-20T09:26:49+00:00",
                "currency": "USD",
                "currency-sign": "$",
            },
            {"id": 9306831, "mrr": 10908.61093020998, "arr": 130903.33116251976},
        ],
        "has_more": False,
        "per_page": 200,
        "page": 1,
    },
    "/v1/metrics/mrr": {
        "entries": [
            {
                "date": "2015-01-31",
                "mrr": 30000,
                "percentage-change": -12.5,
                "mrr-new-business": 10000,
                "mrr-expansion": 15000,
                "mrr-contraction": -2000,
                "mrr-churn": -1,
                "mrr-reactivation": 2000,
            }
        ],
        "summary": {"current": 43145000, "previous": 43145000, "percentage-change": 0.0},
    },
    "/v1/metrics/all": {
        "entries": [
            {
                "date": "2015-01-31",
                **{
                    f"{name}{change}": value
                    for name, number in {
                        "mrr": 30000,
                        "arr": 8_043_370_848,
                        "customer-churn-rate": 20.5,
                        "mrr-churn-rate": -1234.1,
                        "ltv": 1250.3,
                        "customers": 331,
                        "asp": 7900,
                        "arpa": 1250,
                    }.items()
                    for change, value in (("", number), ("-percentage-change", 3.25))
                },
            }
        ]
    },
    "/v1/metrics/customer-count": {"entries": [{"date": "2015-01-31", "customers": 7, "percentage-change": 16.6}]},
}
"""For each path the body of its one answer."""
