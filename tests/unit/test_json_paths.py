"""Paths into JSON: whatever spelling leads to a value, and the first of several values."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET

from tap_analytics.records.json_paths import fault_of, first_at, first_key, has_holder
from tests.unit.taps import page_of

BODY: dict[str, Any] = {
    "@total": 9,
    "@odata.nextLink": "/more",
    "meta": {"next": "m", "page info": {"end": 3}, "größe": 1, "empty": None},
    "links": [{"rel": "self", "href": "a"}, {"rel": "next", "href": "b"}],
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("['@total']", 9),
        ("$['@total']", 9),
        ("@odata.nextLink", "/more"),
        ("$['@odata.nextLink']", "/more"),
        ('"@odata.nextLink"', "/more"),
        ("meta.next", "m"),
        ("$.meta.next", "m"),
        ("$.meta['next']", "m"),
        ("meta.page info.end", 3),
        ("meta['page info'].end", 3),
        ("meta.größe", 1),
        ("meta.empty", None),
        ("links[1].href", "b"),
        ("links[-1:].href", "b"),
        ("links[*].href", "a"),
        ("$.links[?(@.rel=='next')].href", "b"),
        ("$..end", 3),
        ("meta.missing", UNSET),
        ("meta[0]", UNSET),
        ("links.next", UNSET),
        ("links[7].href", UNSET),
        ("links[?(@.rel>1)].href", UNSET),
        ("meta.next.deeper", UNSET),
    ],
)
def test_a_path_leads_to_the_first_value_that_it_matches(path: str, value: object) -> None:
    assert fault_of(path) is None
    assert first_at(path, BODY) == value
    page = page_of({**BODY, "entries": []})
    assert page.get(path) == (None if value is UNSET else value)
    assert page.has(path) == (value is not UNSET)


def test_a_path_may_begin_in_a_list() -> None:
    assert first_at("$[0].pages", [{"pages": 7}, []]) == 7
    assert first_at("[0].pages", [{"pages": 7}, []]) == 7


@pytest.mark.parametrize("path", ["a..", "$.", "a[", "a[?", ".a", "a.", ""])
def test_what_is_no_path_is_said(path: str) -> None:
    assert fault_of(path)


@pytest.mark.parametrize(
    ("path", "is_there"),
    [
        ("meta.missing", True),
        ("$['meta']['missing']", True),
        ("nothing.next", False),
        ("next", False),
        ("$.next", False),
    ],
)
def test_what_holds_the_end_of_a_path_is_there_or_not(path: str, is_there: bool) -> None:  # noqa: FBT001
    assert has_holder(path, BODY) == is_there


@pytest.mark.parametrize(
    ("path", "key"),
    [("user.id", "user"), ("$.user.id", "user"), ("$['a b'][0].c", "a b"), ("['a.b']", "a.b"), ("*.id", None)],
)
def test_the_key_that_a_path_begins_with(path: str, key: str | None) -> None:
    assert first_key(path) == key
