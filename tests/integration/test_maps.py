"""Stream maps, selection of columns, and flattening, as the SDK documents them."""

from __future__ import annotations

from hashlib import md5
from typing import TYPE_CHECKING, Any

from tests.singer import select

if TYPE_CHECKING:
    from analytics_sandbox import Sandbox

    from tests.singer import Tap


def test_columns_are_renamed_hashed_dropped_deselected_and_flattened_and_rows_filtered_and_split(
    tap: Tap, sandbox: Sandbox
) -> None:
    config: dict[str, Any] = sandbox.subscription_config
    catalog = select(tap.catalog(config), "customers")
    (entry,) = [entry for entry in catalog["streams"] if entry["tap_stream_id"] == "customers"]
    (company,) = [item for item in entry["metadata"] if item["breadcrumb"] == ["properties", "company"]]
    company["metadata"]["selected"] = False
    columns = {"email": "md5(email)", "post_code": "zip", "zip": "__NULL__"}
    maps = {
        "customers": {"__alias__": "people", **columns},
        "leads": {"__source__": "customers", "__filter__": "status == 'New Lead'"},
        "others": {"__source__": "customers", "__filter__": "status != 'New Lead'"},
    }
    flat = {"flattening_enabled": True, "flattening_max_depth": 1}
    run = tap.run({**config, **flat, "stream_maps": maps}, catalog=catalog)
    assert run.exit_code == 0, run.stderr

    truth = {row["id"]: row for row in sandbox.world.customers("subscription")}
    people = {row["id"]: row for row in run.records("people")}
    assert people.keys() == truth.keys()
    for key, row in people.items():
        assert row["email"] == md5(truth[key]["email"].encode()).hexdigest()  # noqa: S324 - as the map says
        assert row["post_code"] == truth[key]["zip"]
        assert row["address__city"] == truth[key]["address"]["city"]
    leads, others = ({row["id"] for row in run.records(stream)} for stream in ("leads", "others"))
    assert leads == {key for key, row in truth.items() if row["status"] == "New Lead"}
    assert others == truth.keys() - leads
    assert leads
    for stream in ("people", "leads", "others"):
        (schema,) = run.of(stream, "SCHEMA")
        names = schema["schema"]["properties"].keys()
        assert not names & {"company", "address"}
        assert ("zip" in names) == (stream != "people")
        assert all(row.keys() <= names for row in run.records(stream))
    assert not run.of("customers", "SCHEMA")
