"""Resources that are declared: the examples of the documentation, run as they stand there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from analytics_sandbox import Sandbox

from tests.faults.server import Server, routes, whole
from tests.integration.truth import records_of
from tests.singer import Tables

if TYPE_CHECKING:
    from tests.faults.server import End, Request, Script
    from tests.singer import Run, Tap

PAGE = (Path(__file__).parents[2] / "docs" / "declared-resources.md").read_text(encoding="utf-8")
KEY = "5ecret-Key-0123456789"


def example(name: str, url: str, **settings: Any) -> dict[str, Any]:
    """Return the configuration of an example, with an address and credentials that work."""
    text = re.search(rf"<!-- example: {name} -->\n```json\n(.*?)```", PAGE, re.DOTALL)
    assert text is not None
    return {**json.loads(text[1]), "api_url": url, **settings}


def loaded(*runs: Run) -> Tables:
    tables = Tables()
    for run in runs:
        assert run.exit_code == 0, run.stderr
        tables.load(run.messages)
    return tables


def values(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without their rescued data, of which there must be none."""
    assert all(row["_rescued_data"] is None for row in rows)
    return [{name: value for name, value in row.items() if name != "_rescued_data"} for row in rows]


def warnings_of(run: Run, words: str) -> list[str]:
    return [line for line in run.warnings if words in line]


@pytest.mark.parametrize("style", ["today", "sketch"])
def test_the_support_seed_works_as_it_stands(tap: Tap, style: Any) -> None:  # noqa: ANN401 - the sandbox's words
    with Sandbox(size=60, style=style) as sandbox:
        login = {name: sandbox.support_config[name] for name in ("username", "password")}
        config = example("support", f"{sandbox.url}/support", **login)
        discovery = tap.run(config, "--discover")
        catalog = json.loads(discovery.stdout)
        if style == "today":
            # What could be found out is printed, and what could not is told.
            assert discovery.exit_code == 1
            assert {entry["tap_stream_id"] for entry in catalog["streams"]} == {"account", "customers"}
            run = tap.run(config)
            assert run.exit_code == 1
            (error,) = [line for line in run.errors if "custom_fields: " in line and "of 3 streams" not in line]
            assert "GET /support/v1/custom-fields answered 400" in error
            assert "object_type" in error
            assert run.records("customers")
            return
        run = tap.run(config, catalog=catalog)
        tables = loaded(run)
        customers = sorted(values(tables.rows("customers")), key=lambda row: row["id"])
        assert [row["email"] for row in customers] == [
            row["email"] for row in records_of(sandbox.world.customers("support"), "id")
        ]
        assert len(tables.rows("custom_fields")) == len(sandbox.world.custom_fields())
        assert [entry["key_properties"] for entry in catalog["streams"]] == [[], ["id"], ["id"]]
        (account,) = run.records("account")
        assert account["domain"] == sandbox.world.account("support")["domain"]
        sizes = [request.params.get("limit") for request in sandbox.requests if "customers" in request.path]
        assert all(size == ["50"] for size in sizes)


@pytest.mark.parametrize("style", ["today", "page", "sketch"])
def test_the_subscription_seed_works_as_it_stands(tap: Tap, style: Any) -> None:  # noqa: ANN401 - the sandbox's words
    with Sandbox(size=250, style=style) as sandbox:
        config = example("subscription", sandbox.url, api_key=sandbox.subscription_config["api_key"])
        discovery = tap.run(config, "--discover")
        assert discovery.exit_code == (0 if style == "sketch" else 1), discovery.stderr
        (same,) = warnings_of(discovery, "make the same request")
        assert "customer_daily_count, customer_weekly_count, customer_monthly_count, customer_quarterly_count" in same
        (keyless,) = warnings_of(discovery, "activities: the records have no 'id'")
        assert "billing-connector-uuid, uuid" in keyless
        before = len(sandbox.requests)
        run = tap.run(config, catalog=json.loads(discovery.stdout))
        truth = records_of(sandbox.world.customers("subscription"), "id")
        assert {row["id"]: row["email"] for row in run.records("customers")} == {
            row["id"]: row["email"] for row in truth
        }
        assert len(run.records("customers")) == len(truth)
        assert len(run.records("activities")) == len(sandbox.world.activities())
        pages = [request for request in sandbox.requests[before:] if request.path == "/v1/customers"]
        assert run.exit_code == 0, run.stderr
        if style == "sketch":
            assert len(run.records("customer_weekly_count")) == 13
            # Nothing tells the number of the first page, nor that there is no more: one page is asked for twice.
            assert [request.params.get("page") for request in pages] == [None, ["1"], ["2"], ["3"]]
        else:
            assert "4 of 6 streams failed" in discovery.stderr
            assert [request.params.get("page") for request in pages] == [None, ["2"]]


def orders(request: Request) -> list[bytes | float | End]:
    """Serve orders by offset, filtered by their date, in pages that are shorter than asked for."""
    if request.headers.get("authorization") != f"Bearer {KEY}":
        return [whole({"error": "who are you?"}, "401 Unauthorized")]
    since = request.params["updated_since"]
    rows = [row for row in ORDERS if row["updated-at"] >= since]
    offset = int(request.params["offset"])
    found = rows[offset : offset + min(40, int(request.params["limit"]))]
    return [whole({"result": {"orders": found, "total": len(rows)}})]


ORDERS: list[dict[str, Any]] = [
    {
        "order_id": number,
        "updated-at": f"2024-{1 + number // 28:02}-{1 + number % 28:02}T12:00:00Z",
        "paid": number,
        "total": number + 0.25,
        "customer_id": 7,
        "lines": [{"sku": "a"}],
    }
    for number in range(100)
]


def test_offsets_a_bearer_token_and_only_what_is_new(tap: Tap) -> None:
    with Server(orders) as server:
        config = example("offset", server.url, api_key=KEY)
        catalog = tap.catalog(config)
        run = tap.run(config, catalog=catalog)
        asked = [request.params for request in server.requests[-3:]]
        again = tap.run(config, catalog=catalog, state=run.state)
    schema = catalog["streams"][0]["schema"]["properties"]
    assert schema["order_id"] == {"type": "integer"}
    assert schema["updated_at"] == {"type": ["string", "null"], "format": "date-time"}
    assert (schema["paid"]["type"], schema["customer_id"]["type"]) == (["number", "null"], ["integer", "null"])
    assert [row["order_id"] for row in loaded(run).rows("orders")] == list(range(100))
    assert [params["offset"] for params in asked] == ["0", "40", "80"]
    assert {params["updated_since"] for params in asked} == {"2023-12-30T00:00:00Z"}
    assert {(params["limit"], params["status"]) for params in asked} == {("100", "paid")}
    assert "expand=lines&expand=customer" in server.requests[-1].target
    assert run.state["bookmarks"]["orders"]["replication_key_value"] == "2024-04-16T12:00:00.000000+00:00"
    # A day before the newest row, which the second run finds again with the day's other ones.
    assert [row["order_id"] for row in loaded(again).rows("orders")] == [98, 99]


def test_refused_credentials_name_the_setting_that_holds_them(tap: Tap) -> None:
    with Server(orders) as server:
        run = tap.run(example("offset", server.url, api_key="another"), "--discover")
    assert run.exit_code == 1
    assert "orders: GET /orders answered 401 Unauthorized: who are you?" in run.errors[-1]
    assert "check 'api_key'" in run.errors[-1]


PROJECTS = [{"slug": slug, "owner": {"name": f"owner of {slug}"}} for slug in ("a", "b/c", "d e", "gone", "ü")]


def tracker() -> Script:
    """Serve projects and their issues, two a page, linked by the header `Link`."""

    def projects(request: Request) -> list[bytes | float | End]:
        page = int(request.params.get("page", "1"))
        assert request.params["per_page"] == "2"
        more = {"Link": f'<https://elsewhere.example/projects?page={page + 1}&per_page=2>; rel="next"'}
        return [whole(PROJECTS[2 * page - 2 : 2 * page], **more if page < 3 else {})]

    def issues(slug: str) -> Script:
        def answer(request: Request) -> list[bytes | float | End]:
            assert request.headers["x-api-key"] == KEY
            assert "authorization" not in request.headers
            page = int(request.params.get("page", "1"))
            more = {"Link": '<?page=2>; rel="next"'} if page == 1 else {}
            rows = [{"number": 10 * page + i, "title": slug, "closed-at": "2024-01-01 00:00:00+0000"} for i in range(2)]
            return [whole(rows, **more)]

        return answer

    paths = {"a": "a", "b/c": "b%2Fc", "d e": "d%20e", "ü": "%C3%BC"}
    return routes({"/projects": projects, **{f"/projects/{path}/issues": issues(slug) for slug, path in paths.items()}})


def test_a_parent_and_its_children(tap: Tap) -> None:
    with Server(tracker()) as server:
        config = example("child", server.url, api_key=KEY)
        catalog = tap.catalog(config)
        run = tap.run(config, catalog=catalog)
    rows = values(loaded(run).rows("issues"))
    assert [(row["_projects_slug"], row["number"]) for row in rows] == [
        (slug, number) for slug in ("a", "b/c", "d e", "ü") for number in (10, 11, 20, 21)
    ]
    assert {row["_projects_owner"]["name"] for row in rows} == {f"owner of {row['title']}" for row in rows}
    assert {row["closed_at"] for row in rows} == {"2024-01-01T00:00:00.000000+00:00"}
    (gone,) = warnings_of(run, "issues: GET /projects/gone/issues answered 404")
    assert "left out" in gone
    assert len(run.of("issues", "SCHEMA")) == 1
    assert [row["slug"] for row in run.records("projects")] == [project["slug"] for project in PROJECTS]


def test_a_declared_stream_stands_beside_those_of_the_api_or_in_the_place_of_one(tap: Tap, sandbox: Sandbox) -> None:
    account = {"name": "account", "primary_key": "name", "endpoint": {"path": "/v1/account", "data_selector": []}}
    pages = {"type": "cursor", "cursor_path": "cursor", "limit_param": "per_page"}
    endpoint = {"path": "/v1/customers", "data_selector": "entries", "paginator": pages}
    people = {"name": "people", "primary_key": "id", "endpoint": endpoint}
    config = {**sandbox.subscription_config, "resources": [account, people], "page_size": 20}
    run = tap.run(config, catalog=tap.catalog(config))
    tables = loaded(run)
    assert run.of("account", "SCHEMA")[0]["key_properties"] == ["name"]
    assert len(tables.rows("people")) == len(tables.rows("customers")) == 60
    # The counts still know the account's calendar, though its stream is another one now.
    assert tables.rows("customer_weekly_count")


def test_discovery_without_settings_still_works_and_one_with_wrong_resources_asks_for_nothing(tap: Tap) -> None:
    assert tap.run(None, "--discover").exit_code == 0
    with Server(orders) as server:
        config = example("offset", server.url, api_key=KEY)
        config["resources"][0]["endpoint"]["paginator"]["type"] = "ofset"
        for options in [("--discover",), (), ("--test",)]:
            run = tap.run(config, *options)
            assert run.exit_code == 1
            assert "resources[0].endpoint.paginator.type: 'ofset' is not one of single_page, cursor" in run.errors[-1]
        assert not server.requests


def test_a_list_that_is_empty_at_discovery_has_a_key_and_gives_all_else_as_rescued_data(tap: Tap) -> None:
    resource = {"name": "things", "primary_key": "id", "endpoint": {"path": "/things"}}
    answers: list[list[dict[str, Any]]] = [[], [{"id": 1, "a": 2}]]
    with Server(lambda _: [whole({"things": answers[-1 if len(server.requests) > 1 else 0]})]) as server:
        config = {"api": "declared", "api_url": server.url, "api_key": KEY, "resources": [resource]}
        discovery = tap.run(config, "--discover")
        run = tap.run(config, catalog=json.loads(discovery.stdout))
    assert len(warnings_of(discovery, "declare a 'schema'")) == 1
    assert run.records("things") == [{"id": "1", "_rescued_data": {"a": 2}}]
