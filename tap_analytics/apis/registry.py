"""The APIs that there are, and the streams that come with each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tap_analytics.apis import declared, subscription, support

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from singer_sdk import Tap

    from tap_analytics.http.api import Api
    from tap_analytics.http.session import ApiSession
    from tap_analytics.sync.stream import AnalyticsStream

APIS: Final[Mapping[str, Api]] = {api.name: api for api in (subscription.API, support.API, declared.API)}
"""By the names that the setting `api` takes."""

STREAMS: Final[Mapping[str, tuple[type[AnalyticsStream], ...]]] = {
    subscription.API.name: subscription.STREAMS,
    support.API.name: support.STREAMS,
}
"""The classes of the built-in streams, by the name of their API."""

MAKERS: Final[Mapping[str, Callable[[Tap, ApiSession], Sequence[AnalyticsStream]]]] = {
    subscription.API.name: subscription.make_streams,
    support.API.name: support.make_streams,
}
"""What makes the built-in streams of a tap, by the name of their API."""
