"""Streams that a user declares in `resources`, in the vocabulary of dlt's REST API configurations.

In: the settings `resources`, `resource_defaults` and `client`. Out: stream classes, or all that is wrong.
`checking` is the way in for the settings, `stream_classes` for the tap.
"""

from __future__ import annotations

from typing import Final

from tap_analytics.apis.declared.checking import Checked, add_implied_settings, check
from tap_analytics.apis.declared.configuration import SETTINGS
from tap_analytics.apis.declared.stream_classes import declared_streams
from tap_analytics.apis.declared.streams import DeclaredStream
from tap_analytics.http.api import Api

__all__ = ["API", "SETTINGS", "Checked", "DeclaredStream", "add_implied_settings", "check", "declared_streams"]

API: Final = Api(
    name="declared",
    credentials=None,
    page_size=None,
    max_page_size=None,
    # Nobody knows its limits; this is what few services mind.
    requests=10,
    seconds=1,
    parallel_requests=4,
)
