"""The support API: a desk's account, its customers, its tickets, its team and its tools, a module per subject."""

from __future__ import annotations

from tap_analytics.apis.support.client import API, SupportStream
from tap_analytics.apis.support.streams import STREAMS, make_streams

__all__ = ["API", "STREAMS", "SupportStream", "make_streams"]
