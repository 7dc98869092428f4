"""A schema file drafted from sample answers takes what the answers hold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.schema_draft import draft

RECORDS: list[dict[str, Any]] = [
    {"uuid": "c_1", "percent-off": 20, "created_at": "2026-01-31T10:00:00.000Z", "plan": {"uuid": "p", "seats": 3}},
    {"uuid": "c_2", "percent-off": None, "created_at": None, "plan": {"uuid": "q", "seats": None}, "notes": []},
]


def test_a_draft_has_every_field_with_its_type_and_only_the_key_is_never_null() -> None:
    answers = [json.dumps({"coupons": [record], "has_more": False}).encode() for record in RECORDS]
    columns = draft(answers, ["uuid"])["properties"]
    assert {name: column["type"] for name, column in columns.items()} == {
        "uuid": "string",
        "percent_off": ["number", "null"],
        "created_at": ["string", "null"],
        "plan": ["object", "null"],
        "notes": ["array", "null"],
    }
    assert columns["created_at"]["format"] == "date-time"
    assert columns["plan"]["properties"]["seats"]["type"] == ["number", "null"]


@pytest.mark.parametrize(
    ("body", "records"),
    [({"data": {"rows": RECORDS}, "errors": []}, "data.rows"), (RECORDS, "."), (RECORDS[0], ".")],
    ids=["path", "array", "object"],
)
def test_a_draft_is_made_from_the_records_that_the_command_names(body: object, records: str) -> None:
    assert set(draft([json.dumps(body).encode()], ["uuid"], records)["properties"]) >= RECORDS[0].keys() - {
        "percent-off"
    }
