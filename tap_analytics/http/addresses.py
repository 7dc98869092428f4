"""Addresses that requests with credentials may go to."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def url_fault(url: str, *, may_have_query: bool = False) -> str | None:
    """Say what is wrong with an address, None if nothing is; the address itself is not told.

    Args:
        url: The address.
        may_have_query: Whether it may have a query.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "is no URL"
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(c.isspace() for c in url):
        return "must be a URL like https://api.example.com"
    if parts.username is not None or parts.password is not None:
        return "must not hold credentials: they have settings of their own"
    if (parts.query and not may_have_query) or parts.fragment:
        return f"must not have {'' if may_have_query else 'a query or '}a fragment"
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        return "must begin with https://, since credentials go with every request"
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
