"""Parents whose records say where what lies under them is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.declared import settings
from tests.faults.runs import failure_of, run_here
from tests.faults.server import Server, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.server import Request
    from tests.singer import Run

PLANETS: dict[str, Any] = {"name": "planets", "primary_key": "id", "endpoint": {"path": "/api/planets"}}
FILMS: dict[str, Any] = {
    "name": "films",
    "primary_key": "id",
    "schema": {"type": "object", "properties": {"id": {"type": "string"}}},
    "endpoint": {"path": "{resources.planets.url}", "data_selector": []},
}


def read(
    url_of: Callable[[str, int], object], path: str = "{resources.planets.url}", **words: Any
) -> tuple[Run, list[str]]:
    """Read what the addresses of three planets lead to, and return what was asked for there.

    Args:
        url_of: Returns the address that a planet gives, from that of the server and its number.
        path: The path of what lies there.
        words: Further words of its endpoint.
    """

    def answer(request: Request) -> list[bytes]:
        if request.path == "/api/planets":
            return [whole([{"id": number, "url": url_of(server.url, number)} for number in range(3)])]
        return [whole({"id": request.target})]

    with Server(answer) as server:
        films = {**FILMS, "endpoint": {**FILMS["endpoint"], "path": path, **words}}
        run = run_here(settings(f"{server.url}/api", {**PLANETS, "endpoint": {"path": "/planets"}}, films), "films")
        return run, [request.target for request in server.requests if request.path != "/api/planets"]


@pytest.mark.parametrize(
    ("url_of", "path", "expected"),
    [
        (lambda url, number: f"{url}/api/planets/{number}/", "{resources.planets.url}", "/api/planets/{}/"),
        # Outside of the base address's path.
        (lambda url, number: f"{url}/v2/p/{number}", "{resources.planets.url}", "/v2/p/{}"),
        (lambda url, number: f"{url}/p?id={number}&b=x%20y#top", "{resources.planets.url}", "/p?id={}&b=x+y"),
        (lambda url, number: f"{url}/p/{number}", "{resources.planets.url}/films", "/p/{}/films"),
        # Behind a proxy that ends TLS, a service knows itself by another scheme; the port is the same.
        (lambda url, number: f"{url.replace('http:', 'https:')}/p/{number}", "{resources.planets.url}", "/p/{}"),
        (lambda _, number: f"/planets/{number}", "{resources.planets.url}", "/api/planets/{}"),
        (lambda _, number: f"/planets/{number}", "{resources.planets.url}/films", "/api/planets/{}/films"),
        (lambda _, number: f"//evil.example/{number}", "{resources.planets.url}", "/api/evil.example/{}"),
        (lambda url, number: f"{url}/a b/é{number}", "{resources.planets.url}", "/a%20b/%C3%A9{}"),
    ],
)
def test_an_address_on_the_services_origin_is_asked_for(
    url_of: Callable[[str, int], str], path: str, expected: str
) -> None:
    run, asked = read(url_of, path)
    assert run.exit_code == 0, run.stderr
    assert sorted(asked) == [expected.format(number) for number in range(3)]
    assert [row["id"] for row in run.records("films")] == [expected.format(number) for number in range(3)]


def test_an_address_and_the_parameters_of_the_endpoint_go_together() -> None:
    run, asked = read(lambda url, number: f"{url}/p?id={number}&lang=de", params={"lang": "en", "size": 5})
    assert run.exit_code == 0, run.stderr
    assert sorted(asked) == [f"/p?id={number}&lang=en&size=5" for number in range(3)]


@pytest.mark.parametrize(
    "other",
    [
        "http://evil.example/p/1",
        "http://127.0.0.1:1/p/1",
        "{url}@evil.example/p/1",
        "{url}.evil.example/p/1",
        "http://evil.example\\@127.0.0.1/p",
        "http://[::1/p",
        "http://127.0.0.1:port/p",
    ],
)
def test_an_address_on_another_origin_fails_by_name_and_ends_nothing_else(other: str) -> None:
    run, asked = read(lambda url, number: other.format(url=url) if number == 1 else f"{url}/p/{number}")
    assert "films: GET " in failure_of(run, "films")
    assert "1 parent could not be read; the others were read" in failure_of(run, "films")
    assert sorted(asked) == ["/p/0", "/p/2"]
    assert [row["id"] for row in run.records("films")] == ["/p/0", "/p/2"]


@pytest.mark.parametrize("away", ["{url}/p/../../secret", "{url}/p/%2e%2e/x", "/..", "{url}\\..\\x"])
def test_an_address_that_may_lead_elsewhere_fails_by_name_and_ends_nothing_else(away: str) -> None:
    run, asked = read(lambda url, number: away.format(url=url) if number == 1 else f"{url}/p/{number}")
    assert "record 1 of 'planets' may lead to another path" in failure_of(run, "films")
    assert sorted(asked) == ["/p/0", "/p/2"]


@pytest.mark.parametrize("value", [None, "", True, {"href": "x"}, ["a"]])
def test_a_parent_that_has_no_address_ends_nothing_else(value: object) -> None:
    run, asked = read(lambda url, number: value if number == 1 else f"{url}/p/{number}")
    assert sorted(asked) == ["/p/0", "/p/2"]
    assert len(run.records("films")) == 2
    if value in (None, ""):
        assert run.exit_code == 0
        assert "1 parent left out" in run.warnings[0]
    else:
        assert "record 1 of 'planets' has no text or number for 'resources.planets.url'" in failure_of(run, "films")
