"""Settings and rows of declared streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.faults.runs import KEY, run_here
from tests.faults.server import Server, whole

if TYPE_CHECKING:
    from tests.faults.server import Request
    from tests.singer import Run

ROWS: dict[str, Any] = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "at": {"type": "string", "format": "date-time"}},
}


def settings(url: str, *resources: dict[str, Any], **words: Any) -> dict[str, Any]:
    """Return settings for an API with nothing but these resources."""
    return {"api": "declared", "api_url": url, "api_key": KEY, "backoff_factor": 0, "resources": [*resources], **words}


ISSUES: dict[str, Any] = {
    "name": "issues",
    "primary_key": ["_projects_id", "id"],
    "include_from_parent": ["id"],
    "endpoint": {"path": "/projects/{resources.projects.id}/issues"},
    "schema": ROWS,
}


class Projects:
    """A server with projects and their issues, which filters neither."""

    def __init__(self, **issues: list[str]) -> None:
        self.issues = {name.replace("_", "/"): days for name, days in issues.items()}
        self.broken: set[str] = set()
        self.asked: set[str] = set()
        """The projects whose issues were asked for."""

    def __call__(self, request: Request) -> list[bytes]:
        """Answer with the projects, or with the issues of one."""
        if request.path == "/projects":
            return [whole([{"id": name} for name in self.issues])]
        name = unquote(request.path.split("/")[2])
        self.asked.add(name)
        if name in self.broken:
            return [whole({}, "403 Forbidden")]
        since = request.params.get("since", "")
        days = [(n, f"{day}T00:00:00Z") for n, day in enumerate(self.issues[name])]
        return [whole([{"id": n, "at": at} for n, at in days if at >= since])]

    def read(self, state: Any = None, **incremental: Any) -> Run:  # noqa: ANN401 - any JSON
        """Read the issues."""
        projects = {"name": "projects", "primary_key": "id", "endpoint": {"path": "/projects"}, "schema": TEXT_KEY}
        words = ("write_disposition", "lookback_days", "max_parallel_requests")
        own = {word: incremental.pop(word) for word in words if word in incremental}
        disposition = {"write_disposition": own.pop("write_disposition")} if "write_disposition" in own else {}
        endpoint = {**ISSUES["endpoint"], "incremental": {"cursor_path": "at", **incremental}}
        with Server(self) as server:
            config = settings(server.url, projects, {**ISSUES, "endpoint": endpoint, **disposition}, **own)
            return run_here(config, "issues", state=state)


TEXT_KEY = {"type": "object", "properties": {"id": {"type": "string"}}}
