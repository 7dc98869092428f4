"""What the subscription API's objects and refusals look like."""
# ruff: noqa: INP001 - a test is named for what it promises; the package `tests` is that of the tap

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics_sandbox import Sandbox

    Get = Callable[..., requests.Response]


def test_ping_tells_that_the_key_is_right(get: Get) -> None:
    assert get("/v1/ping").json() == {"data": "pong!"}


@pytest.mark.parametrize("password", ["", "sandbox-key"])
def test_password_is_the_key_again_or_empty(sandbox: Sandbox, password: str) -> None:
    key = sandbox.subscription_config["api_key"]
    assert requests.get(f"{sandbox.url}/v1/ping", auth=(key, password), timeout=10).status_code == 200


@pytest.mark.parametrize("auth", [None, ("wrong", ""), ("sandbox-key", "wrong")])
def test_wrong_key_is_refused(sandbox: Sandbox, auth: tuple[str, str] | None) -> None:
    answer = requests.get(f"{sandbox.url}/v1/customers", auth=auth, timeout=10)
    assert answer.status_code == 401
    assert answer.json() == {"code": 401, "message": "No valid API key provided", "param": None}


def test_account_tells_its_settings_only_when_asked(sandbox: Sandbox, get: Get) -> None:
    assert set(get("/v1/account").json()) == {"id", "name", "currency", "time_zone", "week_start_on"}
    some = get("/v1/account", {"include": "refund_handling,churn_recognition"}).json()
    assert {"refund_handling", "churn_recognition"} <= set(some) < set(sandbox.world.account("subscription"))


def test_account_may_have_no_id(sandbox: Sandbox, get: Get) -> None:
    sandbox.account_id, sandbox.week_start_on, sandbox.time_zone = False, "sunday", "America/Lima"
    body = get("/v1/account").json()
    assert body.items() <= sandbox.world.account("subscription").items()
    assert (set(body), body["time_zone"]) == ({"name", "currency", "time_zone", "week_start_on"}, "America/Lima")


def test_keys_are_spelled_with_dashes_and_underscores(sandbox: Sandbox) -> None:
    customer = sandbox.world.customers("subscription")[0]
    assert {"customer-since", "billing-system-type", "currency-sign", "chartmogul-url"} <= set(customer)
    assert {"external_id", "lead_created_at", "data_source_uuids"} <= set(customer)
    assert {"activity-mrr-movement", "customer-uuid", "uuid"} <= set(sandbox.world.activities()[0])


def test_instants_come_in_four_spellings(sandbox: Sandbox) -> None:
    endings = {re.sub(r".*T\d\d:\d\d:\d\d", "", row["date"]) for row in sandbox.world.activities()}
    assert endings == {"+00:00", "-04:00", ".000Z", ""}


def test_free_form_objects_hold_what_loaders_stumble_over(get: Get) -> None:
    text = get("/v1/customers").text
    assert '"plan-tier.v2"' in text
    assert '"größe ✓"' in text
    assert re.search(r'"big":\d{22}', text), "more than 64 bits"
    assert re.search(r'"ratio":0\.\d{25,}', text), "more digits than a float has"
    assert re.search(r'"\d{5}":\{', text), "a key that is a number"


def test_numbers_can_need_more_than_32_bits(sandbox: Sandbox) -> None:
    assert all(row["id"] > 2**32 for row in sandbox.world.rows("subscription/subscription_events"))


def test_leads_have_no_beginning_and_no_activities(sandbox: Sandbox) -> None:
    leads = [row for row in sandbox.world.customers("subscription") if row["status"] == "New Lead"]
    active = {row["customer-uuid"] for row in sandbox.world.activities()}
    assert leads
    assert not any(row["customer-since"] or row["uuid"] in active for row in leads)


DATES = {"start-date": "2025-01-01", "end-date": "2025-02-01"}


@pytest.mark.parametrize(
    ("path", "params", "status", "body"),
    [
        ("/v1/nothing", {}, 404, {"error": "The requested resource was not found: /v1/nothing"}),
        ("/v1/customers", {"per_page": 0}, 400, {"code": 400, "message": "Parameter per_page is invalid"}),
        ("/v1/customers", {"page": "x"}, 400, {"code": 400, "message": "Parameter page is invalid", "param": "page"}),
        ("/v1/customers", {"cursor": "x"}, 400, {"code": 400, "param": "cursor"}),
        ("/v1/activities", {"start-after": "gone"}, 400, {"code": 400, "param": "start-after"}),
        ("/v1/activities", {"order": "name"}, 400, {"code": 400, "param": "order"}),
        ("/v1/activities", {"start-date": "soon"}, 400, {"start-date": ["is not a valid ISO 8601 date"]}),
        ("/v1/metrics/customer-count", DATES, 400, {"errors": {"interval": "is missing"}}),
        ("/v1/metrics/customer-count", {}, 400, {"errors": dict.fromkeys([*DATES, "interval"], "is missing")}),
        ("/v1/metrics/customer-count", {**DATES, "interval": "hour"}, 400, {}),
        ("/v1/metrics/customer-count", {**DATES, "end-date": "2024-01-01", "interval": "day"}, 400, {}),
    ],
)
def test_refusals_have_the_shapes_of_the_service(
    get: Get, path: str, params: dict[str, Any], status: int, body: dict[str, Any]
) -> None:
    answer = get(path, params)
    assert answer.status_code == status
    assert body.items() <= answer.json().items()
