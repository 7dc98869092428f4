"""Slashes in the values of a path are sent as they are only where the service has no list by an encoded one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_analytics.errors import StreamError
from tap_analytics.http.slashes import Slashes
from tap_analytics.paging.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator


def answers(*each: Any) -> Iterator[Page]:
    for answer in each:
        if isinstance(answer, StreamError):
            raise answer
        yield Page(None, answer)


def read(slashes: Slashes, encoded: Iterator[Page], plain: Iterator[Page] | None) -> list[Any]:
    def ask() -> Iterator[Page]:
        assert plain is not None, "was asked with a plain slash"
        return plain

    return [record for page in slashes.pages(encoded, ask) for record in page.records]


def failure(status: int, said: str = "encoded") -> StreamError:
    return StreamError(said, status)


def test_a_list_by_an_encoded_slash_is_read_whole() -> None:
    assert read(Slashes(), answers([{"id": 1}], [{"id": 2}]), None) == [{"id": 1}, {"id": 2}]


def test_a_list_that_is_only_there_by_a_plain_slash_is_read_whole() -> None:
    plain = answers([{"id": 1}], [{"id": 2}])
    assert read(Slashes(), answers(failure(404)), plain) == [{"id": 1}, {"id": 2}]


def test_nothing_is_asked_with_a_plain_slash_after_a_list_by_an_encoded_one() -> None:
    slashes = Slashes()
    read(slashes, answers([{"id": 1}]), None)
    with pytest.raises(StreamError, match="encoded"):
        read(slashes, answers(failure(404)), None)


def test_a_list_that_is_there_by_neither_fails_with_the_first_answer() -> None:
    with pytest.raises(StreamError, match="encoded") as told:
        read(Slashes(), answers(failure(404)), answers(failure(404, "plain")))
    assert told.value.status == 404


@pytest.mark.parametrize("status", [403, 410, 500])
def test_any_other_failure_is_not_tried_again(status: int) -> None:
    with pytest.raises(StreamError, match="encoded"):
        read(Slashes(), answers(failure(status)), None)


def test_a_failure_after_the_first_page_is_not_tried_again() -> None:
    with pytest.raises(StreamError, match="encoded"):
        read(Slashes(), answers([{"id": 1}], failure(404)), None)
