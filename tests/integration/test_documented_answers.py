"""Every value of an answer that is recorded or documented arrives in its column, and every column is filled by some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from analytics_sandbox import Sandbox

from tests.faults.runs import run_here, subscription
from tests.faults.server import Server, whole
from tests.integration.answers import ANSWERS
from tests.integration.texts import TEXTS
from tests.integration.truth import metric_of, record_of
from tests.singer import Run, streams_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.faults.server import End, Request

STREAMS = [stream.name for stream in streams_of("subscription")]
PATHS = {
    "customer_subscriptions": "/v1/customers/cus_1/subscriptions",
    "plan_group_plans": "/v1/plan_groups/plg_1/plans",
}
METRICS = {"customer-count": "/v1/metrics/customer-count", "mrr": "/v1/metrics/mrr", "all": "/v1/metrics/all"}
ADDED = {"customer_subscriptions": {"customer_uuid": "cus_1"}, "plan_group_plans": {"plan_group_uuid": "plg_1"}}
# These have tests of their own, with answers of every age.
ELSEWHERE = {"activities", "customers"}


def path_of(stream: str) -> str:
    """Return the path of a stream's list."""
    of = metric_of(stream)
    return METRICS[of[0]] if of else PATHS.get(stream, f"/v1/{stream}")


def rows_of(stream: str) -> list[dict[str, Any]]:
    """Return the rows of the answer for a stream."""
    body = ANSWERS[path_of(stream)]
    return next((value for value in body.values() if isinstance(value, list)), [body])


@pytest.fixture(scope="module")
def run() -> Run:
    """A run over a service that gives these answers, each to one request."""

    def answer(request: Request) -> Iterable[bytes | float | End]:
        if request.path == "/v1/activities":
            return [whole({"entries": [], "has_more": False})]
        assert not {"page", "cursor"} & request.params.keys(), f"{request.path} has no second page"
        # Without it the service leaves the summaries of edits empty.
        if request.path in {"/v1/invoices", "/v1/subscription_events"}:
            assert request.params["include_edit_histories"] == "true"
        return [whole(ANSWERS[request.path])]

    missing = {stream: path_of(stream) for stream in {*STREAMS} - ELSEWHERE if path_of(stream) not in ANSWERS}
    assert not missing, f"ANSWERS in tests/integration/answers.py has no answer for the path of {missing}"
    with Server(answer) as server:
        run = run_here(subscription(server.url, start_date="2015-01-01", end_date="2015-01-31"), *STREAMS)
    assert run.exit_code == 0, run.stderr
    return run


@pytest.mark.parametrize("stream", sorted({*STREAMS} - ELSEWHERE))
def test_every_value_arrives_in_its_column(run: Run, stream: str) -> None:
    texts = TEXTS.get(stream, ())
    expected = [record_of({**row, **ADDED.get(stream, {})}, texts) for row in rows_of(stream)]
    records = run.records(stream)
    dropped = {"_rescued_data", "is_complete"} if metric_of(stream) else {"_rescued_data"}
    if metric_of(stream):
        # The only row is that of the open period, and stands under its last day.
        dropped |= {"date"}
        expected = [{name: value for name, value in row.items() if name != "date"} for row in expected]
    assert [{name: value for name, value in record.items() if name not in dropped} for record in records] == expected
    assert all(record["_rescued_data"] is None for record in records)


def columns(schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """Return the paths of all properties of a schema."""
    for name, item in schema.get("properties", {}).items():
        yield f"{path}{name}"
        yield from columns(item, f"{path}{name}.")
        yield from columns(item.get("items", {}), f"{path}{name}.")


def filled(value: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Return the paths of all fields that a record has."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield f"{path}{name}"
            yield from filled(item, f"{path}{name}.")
    elif isinstance(value, list):
        for item in value:
            yield from filled(item, path)


@pytest.fixture(scope="module")
def of_the_sandbox() -> Run:
    """A run over the sandbox."""
    with Sandbox(size=40) as sandbox:
        run = run_here(sandbox.subscription_config, *STREAMS)
    assert run.exit_code == 0, run.stderr
    return run


@pytest.mark.parametrize("stream", sorted({*STREAMS} - ELSEWHERE))
def test_a_schema_file_has_a_column_for_what_is_given_and_no_other(run: Run, of_the_sandbox: Run, stream: str) -> None:
    records = [*run.records(stream), *of_the_sandbox.records(stream)]
    assert all(record["_rescued_data"] is None for record in records)
    (schema, *_) = run.of(stream, "SCHEMA")
    assert not set(columns(schema["schema"])) - set(filled(records))
