"""Certificates: whom the tap trusts, what the environment adds, and that nobody else gets a request."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.faults.runs import catalog_of, run_here, subscription
from tests.faults.server import End, Server, always, whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.server import Request
    from tests.singer import Tap

ACCOUNT = always(whole({"id": "a"}))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Return an authority that no system knows."""
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    """Return a file with the authority's certificate."""
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


def context_of(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """Return what a server needs to prove that it goes by these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture(autouse=True)
def _system(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_an_authority_of_the_environment_is_trusted(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, bundle: str, variable: str
) -> None:
    monkeypatch.setenv(variable, bundle)
    with Server(ACCOUNT, context_of(authority, "127.0.0.1")) as server:
        run = run_here(subscription(server.url), "account")
    assert run.exit_code == 0, run.stderr
    assert len(run.records("account")) == 1


@pytest.mark.parametrize(("names", "is_known"), [(["127.0.0.1"], False), (["api.example.com"], True)])
def test_a_certificate_that_does_not_fit_ends_the_run_at_once_and_without_a_request(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, bundle: str, names: list[str], *, is_known: bool
) -> None:
    if is_known:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    with Server(ACCOUNT, context_of(authority, *names)) as server:
        run = run_here(subscription(server.url))
        assert server.connections == 1
        assert not server.requests
    assert run.exit_code == 1
    (line,) = run.errors
    assert f"cannot reach 127.0.0.1:{server.port}" in line
    assert "certificate verify failed" in line
    assert "REQUESTS_CA_BUNDLE" in line
    assert "'api_url'" in line


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_bundle_that_cannot_be_read_ends_the_run_in_one_line_and_without_a_request(
    tap: Tap, authority: trustme.CA, content: str | None
) -> None:
    file = tap.folder / "authority.pem"
    if content is not None:
        file.write_text(content)
    with Server(ACCOUNT, context_of(authority, "127.0.0.1")) as server:
        run = tap.run(subscription(server.url), REQUESTS_CA_BUNDLE=str(file))
        assert not server.requests
    assert run.exit_code == 1
    (line,) = run.errors
    assert (str(file) if content is None else "REQUESTS_CA_BUNDLE") in line


def test_https_where_plain_http_is_spoken_ends_the_run_at_once_in_one_line() -> None:
    with Server(ACCOUNT) as server:
        run = run_here(subscription(server.url.replace("http:", "https:")))
        assert server.connections == 1
    assert run.exit_code == 1
    (line,) = run.errors
    assert f"cannot reach 127.0.0.1:{server.port}" in line


def test_a_redirect_from_https_to_http_is_refused_before_a_connection(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, bundle: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", bundle)
    with Server(ACCOUNT) as plain:
        moved = whole(b"", "301 Moved", Location=f"{plain.url}/v1/account")
        with Server(always(moved), context_of(authority, "127.0.0.1")) as server:
            run = run_here(subscription(server.url), "account")
            assert len(server.requests) == 1
        assert not plain.connections
    assert run.exit_code == 1
    line = run.errors[0]
    assert f"redirects to another address ({plain.url}/v1/account)" in line


def tunnel(request: Request) -> Iterator[bytes | End]:
    """Refuse to be a tunnel, as a proxy without credentials does."""
    yield whole({}, "407 Proxy Authentication Required" if request.method == "CONNECT" else "500 No")
    yield End.CLOSE


def test_a_proxy_that_refuses_a_tunnel_ends_the_run_in_one_line_that_names_it(tap: Tap) -> None:
    config = subscription("https://127.0.0.1:9", max_retries=1)
    catalog = catalog_of(config, "account")
    with Server(tunnel) as proxy:
        run = tap.run(config, catalog=catalog, HTTPS_PROXY=proxy.url, https_proxy=proxy.url, NO_PROXY="", no_proxy="")
        assert {request.target for request in proxy.requests} == {"127.0.0.1:9"}
        assert not any("authorization" in request.headers for request in proxy.requests)
    assert run.exit_code == 1
    (line,) = run.errors
    assert f"the proxy 127.0.0.1:{proxy.port}" in line
    assert "407 Proxy Authentication Required" in line
    assert "HTTPS_PROXY" in line
