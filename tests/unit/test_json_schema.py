"""The JSON schema that editors complete declared resources from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.dlt.corpus import Case, cases

FILE = Path(__file__).parents[2] / "docs" / "declared-resources.schema.json"
SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))
TAKEN = [
    case
    for folder in ("configurations", "words")
    for case in cases(folder)
    if case.words.keys().isdisjoint({"refused", "open"})
]


def test_it_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in TAKEN])
def test_it_takes_what_the_tap_takes(case: Case) -> None:
    errors = list(Draft202012Validator(SCHEMA).iter_errors(case.config("https://api.example.com")))
    assert not errors, errors[0].message


@pytest.mark.parametrize(
    "words",
    [
        7,
        {"resources": [{"endpoint": "a"}]},
        [{"name": "a", "primary_kye": "id"}],
        [{"name": "a", "processing_steps": [{"filter": "x"}]}],
        [{"name": "a", "endpoint": {"paginator": "curser"}}],
        [{"name": "a", "endpoint": {"paginator": {"type": "offset", "limit": 0}}}],
    ],
)
def test_it_marks_what_the_tap_refuses(words: Any) -> None:  # noqa: ANN401 - any JSON
    assert not Draft202012Validator(SCHEMA).is_valid(words)
