"""What adds the credentials to a request: here a key in the query."""

from __future__ import annotations

import pytest
import requests

from tap_analytics.http.authenticators import QueryCredentials

URL = "https://api.example.com/v1/a"
KEY = "k&y/ä"
SENT = "api_key=k%26y%2F%C3%A4"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", SENT),
        ("?page=2&q=a+b%2Bc&empty=", f"page=2&q=a+b%2Bc&empty=&{SENT}"),
        # A link that the service gave.
        (f"?{SENT}&page=2", f"page=2&{SENT}"),
        ("?api_key=k%26y/ä&page=2", f"page=2&{SENT}"),
        ("?api_key=***&page=2&api%5Fkey=", f"page=2&{SENT}"),
        ("?my_api_key=1&API_KEY=2", f"my_api_key=1&API_KEY=2&{SENT}"),
    ],
)
def test_the_key_is_in_the_query_once_and_all_else_stays_as_it_was(query: str, expected: str) -> None:
    request = requests.Request("GET", f"{URL}{query}", auth=QueryCredentials("api_key", KEY)).prepare()
    assert request.url == f"{URL}?{expected}"


def test_the_key_goes_along_with_a_redirect_of_a_request_that_had_it() -> None:
    credentials = QueryCredentials("api_key", KEY)
    with_key = requests.Request("GET", URL, auth=credentials).prepare()
    without = requests.Request("GET", URL).prepare()
    after = requests.Request("GET", f"{URL}/b?page=2").prepare()
    credentials.follow(after, without)
    assert after.url == f"{URL}/b?page=2"
    credentials.follow(after, with_key)
    assert after.url == f"{URL}/b?page=2&{SENT}"
