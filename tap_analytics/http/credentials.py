"""From how credentials are sent to what adds them to requests."""

from __future__ import annotations

import logging
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

from tap_analytics.http.access_tokens import AccessTokens, TokenClient
from tap_analytics.http.authentication import ApiKey, Basic, Bearer, ClientCredentials, Scheme, needed_settings
from tap_analytics.http.authenticators import Authenticator, HeaderCredentials, QueryCredentials
from tap_analytics.http.client import Endpoint
from tap_analytics.http.retries import RetryRule
from tap_analytics.paging.request_template import RequestTemplate
from tap_analytics.paging.selectors import WholeBody

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_analytics.http.session import ApiSession

_LOGGER: Final = logging.getLogger("tap-analytics")


def authenticator_of(
    scheme: Scheme | None, config: Mapping[str, Any], session: ApiSession, headers: Mapping[str, str]
) -> Authenticator:
    """Return what adds the credentials to a request: one for all streams that send them in the same way.

    Args:
        scheme: How they are sent; None if none are.
        config: The settings.
        session: The connections and the pace of the run.
        headers: Headers of every request of the run.
    """
    return session.authenticator(scheme, lambda: _authenticator(scheme, config, session, headers))


def _authenticator(
    scheme: Scheme | None, config: Mapping[str, Any], session: ApiSession, headers: Mapping[str, str]
) -> Authenticator:
    match scheme:
        case Basic():
            pair = f"{config[scheme.username]}:{config[scheme.password]}"
            return HeaderCredentials({"Authorization": f"Basic {b64encode(pair.encode()).decode()}"})
        case Bearer():
            return HeaderCredentials({"Authorization": f"Bearer {config[scheme.token]}"})
        case ApiKey(location="header"):
            return HeaderCredentials({scheme.name: config[scheme.key]})
        case ApiKey():
            return QueryCredentials(scheme.name, config[scheme.key])
        case ClientCredentials():
            client = _token_client(scheme, config, session, headers)
            return AccessTokens(client, scheme.expiration, session.conceal)
    return Authenticator()


def _token_client(
    scheme: ClientCredentials, config: Mapping[str, Any], session: ApiSession, headers: Mapping[str, str]
) -> TokenClient:
    fields = {
        "grant_type": "client_credentials",
        "client_id": config[scheme.client_id],
        "client_secret": config[scheme.client_secret],
        **dict(scheme.data),
    }
    endpoint = Endpoint(
        stream="access_token_url",
        url_base=scheme.url,
        template=RequestTemplate(path="", method="POST", data=fields),
        headers=headers,
        authenticator=Authenticator(),
        credentials=needed_settings(scheme),
        timeout=config["request_timeout"],
        retry_policy=RetryRule().policy(config),
        url_setting="access_token_url",
    )
    return TokenClient(session, endpoint, WholeBody(), _LOGGER)
