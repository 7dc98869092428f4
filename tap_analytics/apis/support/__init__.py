"""The support API: a desk's account, its customers and its custom fields."""

from __future__ import annotations

from tap_analytics.apis.support.client import API, SupportStream
from tap_analytics.apis.support.streams import STREAMS, make_streams

__all__ = ["API", "STREAMS", "SupportStream", "make_streams"]
