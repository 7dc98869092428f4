"""The streams of both APIs as a user can declare them, under the names of those that are built in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import tap_analytics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics_sandbox.manners import Api

LOOK_BACKS: Final = {"activities": timedelta(days=30), "customers": timedelta()}
"""How far before its bookmark each incremental stream reads again, as it is declared here."""

_SETTINGS: Final = (
    "churn_recognition,churn_when_zero_mrr,auto_churn_subscription,refund_handling,proximate_movement_reclassification"
)
"""What an account tells only if it is asked for it."""

_APIS = Path(tap_analytics.__file__).parent / "apis"


@dataclass(frozen=True)
class Words:
    """What a declaration can say in one way or in another.

    Attributes:
        dates: The style of the first date, which all dates that are sent share; None leaves it to the settings.
        is_sparing: Whether no more is asked for than has to be: activities between two dates, support customers newest
            first. Else it is activities from a date on, and all customers, and what is not wanted is left out.
    """

    dates: Literal["days", "instants"] | None
    is_sparing: bool

    def settings(self, api: Api, start: str | None) -> dict[str, Any]:
        """Return the settings that replace the streams of an API; those that cannot be declared stay built in.

        Args:
            api: Which API.
            start: The first day that the user wants.
        """
        # A first date before 1900 bounds nothing, but has a style.
        day = start or "1900-01-01"
        first = {"days": day, "instants": f"{day}T00:00:00Z", None: None}[self.dates]
        begin = {"initial_value": first} if first else {}
        declared = _support if api == "support" else _subscription
        return declared(begin, is_sparing=self.is_sparing)


def as_declared(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields under the names that a declared stream gives them: it renames nothing."""
    return {"chartmogul_url" if name == "app_url" else name: value for name, value in fields.items()}


def _subscription(begin: Mapping[str, str], *, is_sparing: bool) -> dict[str, Any]:
    customers = _built_in("subscription", "customers")
    schema = json.loads(customers.read_text(encoding="utf-8"))
    return {
        "resource_defaults": {"primary_key": "id"},
        "resources": [
            {
                "name": "account",
                "endpoint": {
                    "path": "/v1/account",
                    "params": {"include": _SETTINGS},
                    "data_selector": [],
                    "paginator": {"type": "single_page"},
                },
                "schema": str(_built_in("subscription", "account")),
            },
            {
                "name": "customers",
                "endpoint": {
                    "path": "/v1/customers",
                    "data_selector": "entries",
                    "paginator": {"type": "page_number", "page_param": "page", "limit_param": "per_page"},
                },
                "schema": {**schema, "properties": as_declared(schema["properties"])},
            },
            {
                "name": "activities",
                "primary_key": "uuid",
                "endpoint": {
                    "path": "/v1/activities",
                    "params": {"order": "date"},
                    "paginator": {
                        "type": "cursor",
                        "cursor_param": "start-after",
                        "cursor_field": "uuid",
                        "limit_param": "per_page",
                    },
                    "incremental": {
                        "cursor_path": "date",
                        "start_param": "start-date",
                        "lookback": LOOK_BACKS["activities"].days,
                        **({"end_param": "end-date"} if is_sparing else {}),
                        **begin,
                    },
                },
                "schema": str(_built_in("subscription", "activities")),
            },
        ],
    }


def _support(begin: Mapping[str, str], *, is_sparing: bool) -> dict[str, Any]:
    return {
        "resource_defaults": {
            "primary_key": "id",
            "endpoint": {"paginator": {"type": "cursor", "cursor_path": "meta.next_cursor", "limit_param": "limit"}},
        },
        "resources": [
            {
                "name": "account",
                "primary_key": "domain",
                "endpoint": {"path": "account", "data_selector": [], "paginator": {"type": "single_page"}},
                "schema": str(_built_in("support", "account")),
            },
            {
                "name": "customers",
                "endpoint": {
                    "path": "customers",
                    "params": {"order_by": "updated_datetime:desc" if is_sparing else None},
                    "data_selector": ["data"],
                    "incremental": {
                        "cursor_path": "updated_datetime",
                        "lookback": LOOK_BACKS["customers"].days,
                        **({"row_order": "desc"} if is_sparing else {}),
                        **begin,
                    },
                },
                "schema": str(_built_in("support", "customers")),
            },
        ],
    }


def _built_in(api: Api, stream: str) -> Path:
    """Return the file of a built-in stream's schema."""
    return _APIS / api / "schemas" / f"{stream}.json"
