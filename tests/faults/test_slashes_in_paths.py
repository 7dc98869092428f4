"""Parents with a slash in the field of a path: each list is found, with the slash encoded or as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.runs import run_here
from tests.faults.server import Server, whole
from tests.faults.test_answers import declared, things

if TYPE_CHECKING:
    from tests.faults.server import Request

NAMES = ("o/r", "o/s")


@pytest.mark.parametrize("is_encoded", [True, False])
@pytest.mark.parametrize("words", [{}, {"response_actions": [{"status_code": 404, "action": "ignore"}]}])
def test_a_list_under_a_name_with_a_slash_is_read_whole(words: dict[str, Any], is_encoded: bool) -> None:  # noqa: FBT001
    lists = {f"/api/repos/{name.replace('/', '%2F') if is_encoded else name}/issues": name for name in NAMES}

    def answer(request: Request) -> list[bytes]:
        path, _, query = request.target.partition("?")
        if path == "/api/repositories":
            return [whole([{"id": n, "full_name": name} for n, name in enumerate(NAMES)])]
        if path not in lists:
            return [whole({"error": "not found"}, status="404 Not Found")]
        number = 10 * NAMES.index(lists[path]) + bool(query)
        return [whole([{"id": number}], **({} if query else {"Link": '<?page=2>; rel="next"'}))]

    endpoint = {"paginator": {"type": "header_link"}, **words}
    repositories = {**things("/repositories"), "name": "repositories"}
    issues = {**things("/repos/{resources.repositories.full_name}/issues", **endpoint), "name": "issues"}
    del repositories["schema"]
    with Server(answer) as server:
        run = run_here(declared(f"{server.url}/api", repositories, issues), "issues")
    assert run.exit_code == 0, run.stderr
    assert sorted(record["id"] for record in run.records("issues")) == [0, 1, 10, 11]
