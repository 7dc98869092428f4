"""A service whose list is filtered by an incremental value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.faults.runs import KEY, catalog_of, run_here
from tests.faults.server import Server, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.server import Request
    from tests.singer import Run


class Api:
    """A server with rows, which filters them by what a request says.

    Args:
        rows: The rows.
        is_in: Says whether a row is in the answer to a request.
    """

    def __init__(self, *rows: dict[str, Any], is_in: Callable[[Any, dict[str, str]], bool] | None = None) -> None:
        self.rows = list(rows)
        self.requests: list[Request] = []
        self._is_in = is_in

    def __call__(self, request: Request) -> list[bytes]:
        """Answer with the rows that a request asks for."""
        self.requests.append(request)
        return [whole([row for row in self.rows if self._is_in is None or self._is_in(row, request.params)])]

    def run(
        self,
        state: Any = None,  # noqa: ANN401 - a state may be anything
        *,
        params: Any = None,  # noqa: ANN401 - as it is declared
        settings: Any = None,  # noqa: ANN401 - as they are
        **incremental: Any,
    ) -> Run:
        """Read the rows, and forget the requests of earlier runs, and those of discovery."""
        self.requests = []
        endpoint = {"path": "/rows", "params": params or {}, "incremental": incremental}
        own: dict[str, Any] = {"primary_key": "id", **(settings or {}).pop("resource", {})}
        with Server(self) as server:
            config = {
                "api": "declared",
                "api_url": server.url,
                "api_key": KEY,
                "backoff_factor": 0,
                "resources": [{"name": "rows", "endpoint": endpoint, **own}],
                **(settings or {}),
            }
            catalog = catalog_of(config, "rows")
            self.requests = []
            return run_here(config, catalog=catalog, state=state)


def ids(run: Run) -> list[Any]:
    """Return the keys of the rows of a run that went well."""
    assert run.exit_code == 0, run.stderr
    return [row["id"] for row in run.records("rows")]


def bookmark_of(run: Run) -> object:
    """Return the bookmark that a run left behind."""
    return run.state["bookmarks"]["rows"].get("replication_key_value")
