"""Each configuration gives the rows that dlt 1.31 gives by it, or is refused with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.dlt.corpus import Case, cases
from tests.dlt.runs import check, plain_list, whole_object

if TYPE_CHECKING:
    from tests.dlt.api import DescribedApi


def _params(folder: str) -> list[Any]:
    return [
        pytest.param(case, id=case.name, marks=[pytest.mark.xfail(reason=str(reason))] if reason else [])
        for case in cases(folder)
        for reason in [case.words.get("open")]
    ]


@pytest.mark.parametrize("case", _params("configurations"))
def test_a_whole_configuration_gives_every_row_as_pasted(case: Case, api: DescribedApi) -> None:
    check(case, api, whole_object(case, api.url))


@pytest.mark.parametrize("case", _params("words"))
def test_a_word_means_what_it_means_in_dlt(case: Case, api: DescribedApi) -> None:
    check(case, api, plain_list(case, api.url))
