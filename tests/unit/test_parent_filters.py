"""Which records of a parent's list are parents, by a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_analytics.paging.request_template import RequestTemplate
from tap_analytics.sync.conditions import Condition
from tap_analytics.sync.parents import Parent
from tests.unit.parents import PATH, found_partitions

if TYPE_CHECKING:
    from tests.unit.test_streams import Message

FILTERED: list[Message] = [
    {"uuid": "a", "kind": "x", "size": 1},
    {"uuid": "b", "kind": None},
    {"uuid": "c", "kind": "x", "size": 3},
]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("kind == 'x'", "ac"),
        ("kind != 'x'", "b"),
        ("size and size > 1", "c"),
        ("size in [1, 2] or kind is None", "ab"),
        ("record['kind'] == 'x' and record.get('size', 0) < 2", "a"),
        ("len(uuid) == 1 and str(size) != '3'", "ab"),
        ("size not in [1, 3] and uuid.startswith('b')", "b"),
        ("False", ""),
    ],
)
def test_a_condition_leaves_parents_out(condition: str, expected: str) -> None:
    parent = Parent(name="customers", added={}, condition=condition)
    found, told = found_partitions(parent, FILTERED, RequestTemplate(path=PATH))
    assert ["".join(str(partition.values["resources.customers.uuid"]) for partition in found), told] == [expected, ""]


@pytest.mark.parametrize(
    ("condition", "found", "told"),
    [
        ("kid == 'x'", "", "no record has 'kid', which 'kid == 'x'' asks for"),
        ("size > 1", "c", "record 1 of 'customers' is neither in nor out by the filter of parents: TypeError"),
        ("record['size'] > 1", "c", "record 1 of 'customers' is neither in nor out"),
        ("uuid.__class__", "", "record 0 of 'customers' is neither in nor out"),
    ],
)
def test_a_condition_that_fails_for_a_parent_fails_the_stream_at_its_end(condition: str, found: str, told: str) -> None:
    parent = Parent(name="customers", added={}, condition=condition)
    partitions, said = found_partitions(parent, FILTERED, RequestTemplate(path=PATH))
    assert "".join(str(partition.values["resources.customers.uuid"]) for partition in partitions) == found
    assert said.startswith(f"error: {told}")


@pytest.mark.parametrize("text", ["", "a ==", "a = 1", "import os", "a; b", "(" * 300, "open('x')"])
def test_what_is_no_expression_is_no_condition(text: str) -> None:
    with pytest.raises(ValueError, match="is no expression"):
        Condition(text)
