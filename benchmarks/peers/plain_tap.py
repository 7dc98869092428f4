"""A tap as the SDK's documentation teaches it, every setting at its default."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import BasicAuthenticator
from typing_extensions import override

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Auth
    from singer_sdk.streams.rest import HTTPRequest, PageContext

TEXT = th.StringType
TEXTS = th.ArrayType(th.StringType)
MOMENT = th.DateTimeType
NUMBER = th.NumberType
OPEN = th.ObjectType(additional_properties=True)


def properties(fields: dict[str, Any]) -> dict[str, Any]:
    """Return a schema, the fields named as the API names them."""
    return th.PropertiesList(*(th.Property(name, kind) for name, kind in fields.items())).to_dict()


class PlainStream(RESTStream[str]):
    """A list of the API."""

    records_jsonpath = "$.entries[*]"
    token_param: ClassVar[str]

    @property
    @override
    def url_base(self) -> str:
        return f"{self.config['api_url']}/v1"

    @property
    @override
    def authenticator(self) -> Auth:
        return BasicAuthenticator(username="key", password="key")  # noqa: S106 - no key

    @override
    def get_http_request(self, *, page: PageContext[str]) -> HTTPRequest:
        request = super().get_http_request(page=page)
        request.params["per_page"] = 200
        if page.next_page_token:
            request.params[self.token_param] = page.next_page_token
        return request


class Customers(PlainStream):
    """Customers, by cursor."""

    name = "customers"
    path = "/customers"
    primary_keys = ("id",)
    next_page_token_jsonpath = "$.cursor"  # noqa: S105 - a place
    token_param = "cursor"  # noqa: S105 - a name
    schema = properties(
        {
            "id": th.IntegerType,
            **dict.fromkeys(("uuid", "external_id", "data_source_uuid", "name", "company", "email", "status"), TEXT),
            **dict.fromkeys(("external_ids", "data_source_uuids"), TEXTS),
            **dict.fromkeys(("customer-since", "lead_created_at", "free_trial_started_at"), MOMENT),
            **dict.fromkeys(("mrr", "arr"), NUMBER),
            **dict.fromkeys(("currency", "currency-sign", "country", "state", "city", "zip"), TEXT),
            "address": th.ObjectType(
                *(th.Property(name, TEXT) for name in ("country", "state", "city", "address_zip"))
            ),
            "attributes": th.ObjectType(
                th.Property("tags", TEXTS), *(th.Property(name, OPEN) for name in ("custom", "stripe", "clearbit"))
            ),
            **dict.fromkeys(("owner", "website_url", "billing-system-type", "billing-system-url"), TEXT),
            "primary_contact": OPEN,
            "chartmogul-url": TEXT,
        }
    )


class Activities(PlainStream):
    """Activities, by the last row's uuid."""

    name = "activities"
    path = "/activities"
    primary_keys = ("uuid",)
    replication_key = "date"
    next_page_token_jsonpath = "$.entries[-1:].uuid"  # noqa: S105 - a place
    token_param = "start-after"  # noqa: S105 - a name
    schema = properties(
        {
            **dict.fromkeys(("uuid", "type", "description", "currency", "plan-external-id"), TEXT),
            "date": MOMENT,
            **dict.fromkeys(("activity-mrr-movement", "activity-mrr", "activity-arr"), NUMBER),
            **dict.fromkeys(("subscription-external-id", "subscription-set-external-id", "customer-uuid"), TEXT),
            **dict.fromkeys(("customer-external-id", "customer-name", "billing-connector-uuid"), TEXT),
        }
    )

    @override
    def get_http_request(self, *, page: PageContext[str]) -> HTTPRequest:
        request = super().get_http_request(page=page)
        request.params["order"] = "date"
        if "start_date" in self.config:
            request.params["start-date"] = self.config["start_date"]
        return request


class CustomerCount(PlainStream):
    """How many customers there were at the end of each period."""

    path = "/metrics/customer-count"
    primary_keys = ("date",)
    next_page_token_jsonpath = "$.cursor"  # noqa: S105 - a place, at which nothing stands
    schema = properties({"date": th.DateType, "customers": NUMBER, "percentage-change": NUMBER})
    interval: ClassVar[str]

    @override
    def get_http_request(self, *, page: PageContext[str]) -> HTTPRequest:
        request = super().get_http_request(page=page)
        request.params["start-date"] = self.config["start_date"]
        request.params["end-date"] = datetime.now(timezone.utc).date().isoformat()
        request.params["interval"] = self.interval
        return request


class DailyCount(CustomerCount):
    """By day."""

    name = "customer_daily_count"
    interval = "day"


class WeeklyCount(CustomerCount):
    """By week."""

    name = "customer_weekly_count"
    interval = "week"


class MonthlyCount(CustomerCount):
    """By month."""

    name = "customer_monthly_count"
    interval = "month"


class QuarterlyCount(CustomerCount):
    """By quarter."""

    name = "customer_quarterly_count"
    interval = "quarter"


class Chain(PlainStream):
    """A list that says nothing of its length."""

    primary_keys = ("id",)
    next_page_token_jsonpath = "$.cursor"  # noqa: S105 - a place
    token_param = "cursor"  # noqa: S105 - a name
    schema = properties(
        {
            "id": th.IntegerType,
            "created_at": MOMENT,
            **dict.fromkeys(("name", "email", "text"), TEXT),
            **dict.fromkeys(("amount", "ratio"), NUMBER),
            "is_open": th.BooleanType,
            "tags": TEXTS,
            "owner": th.ObjectType(th.Property("id", th.IntegerType), th.Property("name", TEXT)),
        }
    )


class PlainTap(Tap):
    """The tap; the SDK does the rest."""

    name = "tap-plain"
    package_name = "tap-analytics"  # Only for a version to print.
    config_jsonschema = th.PropertiesList(
        th.Property("api_url", th.StringType, required=True),
        th.Property("start_date", th.StringType),
        th.Property("streams", th.ArrayType(th.StringType), required=True),
    ).to_dict()

    @override
    def discover_streams(self) -> list[PlainStream]:
        known = (Customers, Activities, DailyCount, WeeklyCount, MonthlyCount, QuarterlyCount)
        chains = [name for name in self.config["streams"] if name.startswith("chain_")]
        return [
            *(stream(tap=self) for stream in known if stream.name in self.config["streams"]),
            *(Chain(tap=self, name=name, path=f"/{name}") for name in chains),
        ]


if __name__ == "__main__":
    PlainTap.cli()
