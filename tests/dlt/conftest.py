"""What the tests of configurations share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dlt.api import DescribedApi

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def api() -> Iterator[DescribedApi]:
    """An API that serves whatever is described."""
    with DescribedApi() as api:
        yield api
