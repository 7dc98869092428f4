"""Whole addresses, where a path is usual."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)
_PORTS: Final = {"http": 80, "https": 443}


def is_address(path: str) -> bool:
    """Say whether what stands for a path is a whole address."""
    return bool(_ADDRESS.match(path))


def is_same_host(one: SplitResult, other: SplitResult) -> bool:
    """Say whether two addresses have the same host and port; behind a proxy that ends TLS, schemes differ.

    Args:
        one: An address.
        other: Another one.

    Raises:
        ValueError: One has a port that is no number.
    """
    ports = {parts.port if parts.port != _PORTS.get(parts.scheme) else None for parts in (one, other)}
    return one.hostname == other.hostname and len(ports) == 1
