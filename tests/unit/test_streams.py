"""A stream's sync: keys, versions, selection, and what becomes of the others when one fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.errors import AnalyticsError, ServiceError, SettingsError, StreamError
from tests.singer import select
from tests.unit.taps import URL, queries, stream_of, tap_of

if TYPE_CHECKING:
    from requests_mock import Mocker

    from tap_analytics.tap import TapAnalytics

Message = dict[str, Any]
CUSTOMERS = f"{URL}/v1/customers"


def catalog_of(api: str, *streams: str, **metadata: str) -> Message:
    """Return a catalog with these streams selected, and further words about them."""
    return select(tap_of(api).catalog_dict, *streams, **metadata)


def entry_of(catalog: Message, stream: str) -> Message:
    return next(entry for entry in catalog["streams"] if entry["tap_stream_id"] == stream)


def written(tap: TapAnalytics, capsys: pytest.CaptureFixture[str]) -> list[Message]:
    """Sync, whatever comes of it, and return the messages."""
    try:
        tap.sync_all()
    except AnalyticsError as error:
        assert str(error)  # noqa: PT017 - the messages are what is asked for
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def of(messages: list[Message], kind: str) -> list[Message]:
    return [message for message in messages if message["type"] == kind]


@pytest.mark.parametrize("row", [{}, {"id": None}, {"id": "seven"}, {"id": True}, {"id": 2**63}, {"id": ""}])
def test_a_row_without_a_usable_key_ends_the_stream_and_names_its_position(
    requests_mock: Mocker, row: dict[str, Any]
) -> None:
    requests_mock.get(CUSTOMERS, json={"entries": [{"id": 1}, {"id": 2}, row], "has_more": False})
    with pytest.raises(StreamError, match=r"customers: record 2 .*/customers .*\(id\)"):
        list(stream_of("customers").get_records(None))


@pytest.mark.parametrize("account", [{"name": "Acme"}, {"id": None, "name": "Acme"}])
def test_an_older_account_is_known_by_its_name_and_says_so_in_one_line(
    requests_mock: Mocker, caplog: pytest.LogCaptureFixture, account: dict[str, Any]
) -> None:
    requests_mock.get(f"{URL}/v1/account", json=account)
    caplog.set_level("INFO")
    [record] = stream_of("account").get_records(None)
    assert record["id"] == record["name"] == "Acme"
    assert [r.levelname for r in caplog.records if "stands in" in r.getMessage()] == ["INFO"]


def test_an_account_with_an_id_is_known_by_it(requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/account", json={"name": "Acme", "id": "acc_1"})
    [record] = stream_of("account").get_records(None)
    assert (record["id"], record["name"]) == ("acc_1", "Acme")


def test_the_account_is_asked_for_once_in_a_run(requests_mock: Mocker, capsys: pytest.CaptureFixture[str]) -> None:
    requests_mock.get(f"{URL}/v1/account", json={"id": "a"})
    requests_mock.get(f"{URL}/v1/metrics/customer-count", json={"entries": []})
    names = ("account", "customer_daily_count", "customer_monthly_count")
    tap = tap_of(catalog=catalog_of("subscription", *names), start_date="2024-01-01")
    assert len(of(written(tap, capsys), "RECORD")) == 1
    assert [str(r.url).split("?")[0] for r in requests_mock.request_history].count(f"{URL}/v1/account") == 1


def test_a_whole_read_is_activated_after_its_last_record(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str]
) -> None:
    requests_mock.get(CUSTOMERS, json={"entries": [{"id": 1}, {"id": 2}], "has_more": False})
    messages = written(tap_of(catalog=catalog_of("subscription", "customers")), capsys)
    kinds = [message["type"] for message in messages if message["type"] != "STATE"]
    assert kinds == ["SCHEMA", "RECORD", "RECORD", "ACTIVATE_VERSION"]
    [activation] = of(messages, "ACTIVATE_VERSION")
    assert {record["version"] for record in of(messages, "RECORD")} == {activation["version"]}


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(
    "failure", [{"status_code": 404}, {"status_code": 500}, {"text": "busy"}, {"json": {}}], ids=str
)
def test_a_whole_read_that_fails_is_never_activated(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str], failure: Message
) -> None:
    requests_mock.get(CUSTOMERS, [{"json": {"entries": [{"id": 1}], "has_more": True}}, failure])
    messages = written(tap_of(catalog=catalog_of("subscription", "customers")), capsys)
    assert len(of(messages, "RECORD")) == 1
    assert not of(messages, "ACTIVATE_VERSION")


def test_versions_can_be_switched_off(requests_mock: Mocker, capsys: pytest.CaptureFixture[str]) -> None:
    requests_mock.get(CUSTOMERS, json={"entries": [{"id": 1}], "has_more": False})
    catalog = catalog_of("subscription", "customers")
    messages = written(tap_of(catalog=catalog, emit_activate_version_messages=False), capsys)
    assert not of(messages, "ACTIVATE_VERSION")
    assert "version" not in of(messages, "RECORD")[0]


@pytest.mark.parametrize("method", ["INCREMENTAL", "FULL_TABLE"])
def test_a_catalog_that_wants_the_full_table_gets_it(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str], method: str
) -> None:
    rows = [{"uuid": "a", "date": "2024-01-01T00:00:00Z"}]
    requests_mock.get(f"{URL}/v1/activities", json={"entries": rows, "has_more": False})
    catalog = catalog_of("subscription", "activities", replication_method=method)
    entry_of(catalog, "activities")["replication_method"] = method
    bookmark = {"replication_key": "date", "replication_key_value": "2024-03-01T00:00:00Z"}
    messages = written(tap_of(catalog=catalog, state={"bookmarks": {"activities": bookmark}}), capsys)
    is_whole = method == "FULL_TABLE"
    assert ("start-date" not in queries(requests_mock)[0]) == is_whole
    assert bool(of(messages, "ACTIVATE_VERSION")) == is_whole
    assert len(of(messages, "RECORD")) == is_whole


@pytest.mark.parametrize("key", [{}, {"replication_key": None}])
def test_a_full_table_keeps_to_the_first_and_the_last_date_too(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str], key: dict[str, None]
) -> None:
    days = ["2024-01-31", "2024-02-01", "2024-03-01", "2024-03-02"]
    rows = [{"uuid": day, "date": f"{day}T23:59:59Z"} for day in days]
    requests_mock.get(f"{URL}/v1/activities", json={"entries": rows, "has_more": False})
    catalog = catalog_of("subscription", "activities")
    entry_of(catalog, "activities").update(replication_method="FULL_TABLE", **key)
    dates = {"start_date": "2024-02-01", "end_date": "2024-03-01"}
    records = of(written(tap_of(catalog=catalog, **dates), capsys), "RECORD")
    assert [message["record"]["uuid"] for message in records] == days[1:3]


def test_newest_first_stops_at_the_bookmark_and_reads_ties_again(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str]
) -> None:
    days = [f"2024-03-{day:02}T00:00:00" for day in range(20, 0, -1)]
    pages = [
        {
            "data": [{"id": n, "updated_datetime": day} for n, day in enumerate(days[at : at + 4], at)],
            "meta": {"next_cursor": at},
        }
        for at in range(0, 20, 4)
    ]
    requests_mock.get(CUSTOMERS, [{"json": page} for page in pages])
    bookmark = {"replication_key": "updated_datetime", "replication_key_value": days[5]}
    tap = tap_of("support", catalog=catalog_of("support", "customers"), state={"bookmarks": {"customers": bookmark}})
    messages = written(tap, capsys)
    # The page that holds the bookmark's row, and the one that proves that nothing newer follows.
    assert [record["record"]["id"] for record in of(messages, "RECORD")] == list(range(12))
    assert requests_mock.call_count == 3
    assert not of(messages, "ACTIVATE_VERSION")
    assert tap.state["bookmarks"]["customers"]["replication_key_value"] == "2024-03-20T00:00:00.000000+00:00"


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("status", [400, 403, 404, 503])
def test_one_failing_path_ends_its_stream_and_no_other(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, status: int
) -> None:
    requests_mock.get(f"{URL}/v1/account", status_code=status)
    requests_mock.get(CUSTOMERS, json={"entries": [{"id": 1}], "has_more": False})
    tap = tap_of(catalog=catalog_of("subscription", "account", "customers"))
    with pytest.raises(AnalyticsError, match="1 of 2 streams failed: account"):
        tap.sync_all()
    assert '"record":{"id":1' in capsys.readouterr().out
    assert len([r for r in caplog.records if r.levelname == "ERROR" and f"answered {status}" in r.getMessage()]) == 1


def test_refused_credentials_end_the_run_before_the_next_stream(requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/account", status_code=401)
    requests_mock.get(CUSTOMERS, json={"entries": []})
    with pytest.raises(ServiceError, match="'api_key'"):
        tap_of(catalog=catalog_of("subscription", "account", "customers")).sync_all()
    assert requests_mock.call_count == 1


def test_nothing_selected_and_unknown_streams_are_refused_without_a_request(requests_mock: Mocker) -> None:
    with pytest.raises(SettingsError, match="no stream is selected"):
        tap_of(catalog=catalog_of("subscription")).sync_all()
    with pytest.raises(SettingsError, match="no stream 'activities'"):
        tap_of("support", catalog=catalog_of("subscription", "activities", "customers")).sync_all()
    assert not requests_mock.called


def test_deselected_columns_and_those_of_stream_maps_are_never_rescued(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"id": 1, "name": 7, "email": 7, "phone": "n", "city": 7, "address": {"city": 7, "zip4": 7, "state": 7}}
    requests_mock.get(CUSTOMERS, json={"entries": [row], "has_more": False})
    catalog = catalog_of("subscription", "customers")
    for item in entry_of(catalog, "customers")["metadata"]:
        if list(item["breadcrumb"][1::2]) in (["name"], ["address", "city"]):
            item["metadata"]["selected"] = False
    maps = {"customers": {"email": None, "phone": None}}
    [message] = of(written(tap_of(catalog=catalog, stream_maps=maps), capsys), "RECORD")
    assert message["record"]["_rescued_data"] == {"city": 7, "address.zip4": 7, "address.state": 7}
    assert not {"name", "email", "phone"} & set(message["record"])


@pytest.mark.parametrize(
    ("maps", "is_rescued"),
    [
        ({"customers": {"new": None}}, False),
        ({"cust*": {"new": "md5(new)"}}, False),
        ({"people": {"__source__": "customers", "new": None}}, False),
        ({"account": {"new": None}}, True),
        ({"customers": {"__alias__": "new"}}, True),
        ({"customers": None}, True),
    ],
)
def test_only_a_stream_map_of_the_stream_itself_keeps_a_field_from_being_rescued(
    requests_mock: Mocker,
    maps: dict[str, Any],
    is_rescued: bool,  # noqa: FBT001
) -> None:
    requests_mock.get(CUSTOMERS, json={"entries": [{"id": 1, "new": 2}], "has_more": False})
    [record] = stream_of("customers", stream_maps=maps).get_records(None)
    assert record["_rescued_data"] == ({"new": 2} if is_rescued else None)


@pytest.mark.parametrize("maps", [{}, {"people": {"__source__": "customers", "name": "md5(name)"}}])
def test_records_are_collected_before_they_are_written_whether_or_not_a_stream_map_changes_them(
    requests_mock: Mocker, monkeypatch: pytest.MonkeyPatch, maps: dict[str, Any]
) -> None:
    rows = [{"id": number, "name": "x"} for number in range(100)]
    requests_mock.get(CUSTOMERS, json={"entries": rows, "has_more": False})
    writes: list[bytes] = []
    monkeypatch.setattr("tap_analytics.singer.stdout.STDOUT.write", lambda lines: writes.append(bytes(lines)))
    tap_of(catalog=catalog_of("subscription", "customers"), stream_maps=maps).sync_all()
    records = [json.loads(line) for line in b"".join(writes).splitlines() if b'"RECORD"' in line]
    assert len(records) == 100 * (1 + len(maps))
    assert len(writes) < 40


@pytest.mark.parametrize(
    ("mapped", "expected"),
    [({"__filter__": "id != 2"}, [True, False, True]), (None, [False] * 3), ({"name": None}, [True] * 3)],
)
def test_a_stream_knows_whether_its_last_record_was_written_or_left_out_by_a_stream_map(
    requests_mock: Mocker, mapped: dict[str, str] | None, expected: list[bool]
) -> None:
    requests_mock.get(CUSTOMERS, json={"entries": [{"id": number} for number in (1, 2, 3)], "has_more": False})
    stream = stream_of("customers", stream_maps={"customers": mapped})
    seen = []
    for record in stream.get_records(None):
        stream._write_record_message(record)  # noqa: SLF001 - what `sync` calls for each record
        seen.append(stream.record_was_written)
    assert seen == expected


def test_a_catalog_without_a_place_for_rescued_data_is_warned_of(
    requests_mock: Mocker, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    requests_mock.get(CUSTOMERS, json={"entries": [{"id": 1, "new": 2}], "has_more": False})
    catalog = catalog_of("subscription", "customers")
    del entry_of(catalog, "customers")["schema"]["properties"]["_rescued_data"]
    [message] = of(written(tap_of(catalog=catalog), capsys), "RECORD")
    assert message["record"] == {"id": 1}
    assert any("discover again" in text for text in caplog.messages)


def test_rescued_fields_are_counted_at_the_end(requests_mock: Mocker, caplog: pytest.LogCaptureFixture) -> None:
    rows = [{"id": number, "new": 1, "mrr": "much"} for number in range(3)]
    requests_mock.get(CUSTOMERS, json={"entries": rows, "has_more": False})
    list(stream_of("customers").get_records(None))
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert told == [
        "customers: 'new' is not in the schema; see _rescued_data",
        "customers: 'mrr' is not a number; see _rescued_data",
        "customers: values in _rescued_data: mrr (3), new (3)",
    ]


def test_a_replication_key_that_the_api_cannot_read_by_is_not_taken(caplog: pytest.LogCaptureFixture) -> None:
    catalog = catalog_of("subscription", "customers", replication_key="customer_since")
    entry_of(catalog, "customers")["replication_key"] = "customer_since"
    tap = tap_of(catalog=catalog)
    assert tap.streams["customers"].replication_key is None
    assert tap.streams["activities"].replication_key == "date"
    assert any("'customer_since'" in text for text in caplog.messages)


def test_every_digit_reaches_the_output(requests_mock: Mocker, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = ["8043370848", "10908.61093020998", "3.141592653589793238462643383279", str(10**40)]
    body = ",".join(f'{{"id": {n}, "mrr": {number}, "new": {number}}}' for n, number in enumerate(numbers))
    requests_mock.get(CUSTOMERS, text=f'{{"entries": [{body}], "has_more": false}}')
    tap_of(catalog=catalog_of("subscription", "customers")).sync_all()
    lines = [line for line in capsys.readouterr().out.splitlines() if '"RECORD"' in line]
    for number, line in zip(numbers, lines, strict=True):
        assert f'"mrr":{number},' in line
        assert f'"_rescued_data":{{"new":{number}}}' in line
