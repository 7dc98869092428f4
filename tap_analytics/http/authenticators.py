"""What adds the credentials to a request."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote_plus, urlsplit

from requests.auth import AuthBase
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests


class Authenticator(AuthBase):
    """Adds the credentials to a request; by itself it adds none."""

    @override
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request

    def renewed(self, request: requests.PreparedRequest) -> requests.PreparedRequest | None:  # noqa: ARG002 - for those whose credentials expire
        """Return a request that was refused (401) with newer credentials; None if there are no others.

        Args:
            request: The request as it was sent.
        """
        return None

    def follow(self, request: requests.PreparedRequest, before: requests.PreparedRequest) -> None:
        """Add the credentials to a request that follows a redirect within the origin; it has the headers already.

        Args:
            request: The request.
            before: The request that was redirected.
        """


class HeaderCredentials(Authenticator):
    """Credentials in headers.

    Args:
        headers: The headers.
    """

    # The SDK's own authenticators also rewrite the URL, and drop parameters with an empty value.

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    @override
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request


class QueryCredentials(Authenticator):
    """A key in the query.

    Args:
        name: The name of the query parameter.
        key: The key.
    """

    def __init__(self, name: str, key: str) -> None:
        self._name = name
        self._pair = f"{quote_plus(name)}={quote_plus(key)}"

    @override
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        parts = urlsplit(str(request.url))
        # A link that the service gave may have the key, or a masked one, already.
        others = [
            pair for pair in parts.query.split("&") if pair and unquote_plus(pair.partition("=")[0]) != self._name
        ]
        request.url = parts._replace(query="&".join([*others, self._pair])).geturl()
        return request

    @override
    def follow(self, request: requests.PreparedRequest, before: requests.PreparedRequest) -> None:
        if self._pair in urlsplit(str(before.url)).query.split("&"):
            self(request)
