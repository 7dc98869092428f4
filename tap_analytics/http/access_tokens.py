"""Access tokens that a service gives for a client's ID and secret (OAuth 2.0 Client Credentials).

The SDK's authenticator is not used: it asks for tokens outside of the run's connections (so it follows any redirect,
tries once, and obeys `.netrc`), and each stream would ask for its own.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from tap_analytics.errors import AnalyticsError, ServiceError, StreamError
from tap_analytics.http.authenticators import Authenticator
from tap_analytics.http.cancellation import CHANGED, Scope
from tap_analytics.http.client import Client
from tap_analytics.paging.error_bodies import error_fields
from tap_analytics.paging.error_messages import message_of
from tap_analytics.paging.json_decoding import UnreadableBodyError, decode
from tap_analytics.paging.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

_MARGIN: Final = 30
"""Seconds before its end that a token is no longer used, a tenth of its life at most: requests take their time."""

_ADVICE: Final = "Are 'client_id', 'client_secret' and 'access_token_url' right?"

_SCHEME: Final = "Bearer "


class TokenClient(Client):
    """Sends the requests for tokens; no text of a good answer is ever told."""

    @override
    def page_in(self, response: requests.Response) -> Page:
        try:
            return Page(decode(response.content), [])
        except UnreadableBodyError:
            msg = f"answered {response.status_code} with no readable JSON"
            raise UnreadableBodyError(msg) from None


class AccessTokens(Authenticator):
    """Adds an access token to each request; all readers of a run share it.

    It is asked for when the first request needs it, again shortly before it expires, and once more for a request that
    is refused with it.

    Args:
        client: Sends the requests for tokens.
        expiration: Seconds that a token is good for if the service does not say.
        conceal: Called with each token, so that it is never logged.
    """

    def __init__(self, client: TokenClient, expiration: float, conceal: Callable[[str], None]) -> None:
        self._client = client
        self._expiration = expiration
        self._conceal = conceal
        self._token = ""
        self._end = 0.0
        self._is_asking = False
        self._error: AnalyticsError | None = None

    @override
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"{_SCHEME}{self._get()}"
        return request

    @override
    def renewed(self, request: requests.PreparedRequest) -> requests.PreparedRequest | None:
        refused = str(request.headers.get("Authorization", "")).removeprefix(_SCHEME)
        with CHANGED:
            if self._token == refused:
                self._token = ""
        return self(request.copy())

    def _get(self) -> str:
        """Return a token that is good now.

        Raises:
            ServiceError: The service gives none.
            CancelledError: The current scope has ended.
        """
        scope = Scope.current()
        with CHANGED:
            while self._is_asking:
                scope.wait()
            if self._error is not None:
                raise self._error.with_traceback(None)
            if self._token and time.monotonic() < self._end:
                return self._token
            self._is_asking = True
        try:
            asked = time.monotonic()
            token, seconds = self._ask()
            self._conceal(token)
            with CHANGED:
                self._token, self._end = token, asked + seconds - min(_MARGIN, seconds / 10)
        except AnalyticsError as error:
            # No other reader asks once more: this ends the run.
            self._error = error
            raise
        finally:
            with CHANGED:
                self._is_asking = False
                CHANGED.notify_all()
        return token

    def _ask(self) -> tuple[str, float]:
        """Ask for a token, and return it with the seconds that it is good for."""
        try:
            body = self._client.fetch({}).body
        except StreamError as error:
            msg = f"{error.reason}. {_ADVICE}"
            raise ServiceError(msg) from error
        answer = body if isinstance(body, dict) else {}
        token = answer.get("access_token")
        if isinstance(token, str) and token.isascii() and token.isprintable() and token.strip() == token != "":
            return token, self._life(answer.get("expires_in"))
        said = message_of({key: value for key, value in error_fields(answer).items() if key != "access_token"})
        reason = f"gave no text as 'access_token'{f', but says: {said}' if said else ''}"
        msg = f"{self._client.message(reason)}. {_ADVICE}"
        raise ServiceError(msg)

    def _life(self, expires_in: Any) -> float:  # noqa: ANN401 - any JSON
        try:
            seconds = float(expires_in)
        except (TypeError, ValueError, OverflowError):
            return self._expiration
        return seconds if 0 < seconds < math.inf else self._expiration
