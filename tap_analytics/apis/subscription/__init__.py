"""The subscription API: an account, its customers, what they pay, and the metrics of it."""

from __future__ import annotations

from tap_analytics.apis.subscription.client import API, SubscriptionStream
from tap_analytics.apis.subscription.streams import STREAMS, make_streams

__all__ = ["API", "STREAMS", "SubscriptionStream", "make_streams"]
