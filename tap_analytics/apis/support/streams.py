"""All streams of the support API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_analytics.apis.support.account import Account
from tap_analytics.apis.support.automation import Integrations, Jobs, Macros, Rules, Tags, Widgets
from tap_analytics.apis.support.custom_fields import CustomFields
from tap_analytics.apis.support.customers import CustomerCustomFields, Customers
from tap_analytics.apis.support.people import Teams, Users
from tap_analytics.apis.support.tickets import Events, Messages, SatisfactionSurveys, Tickets
from tap_analytics.apis.support.views import Views, ViewsItems
from tap_analytics.apis.support.voice import VoiceCallEvents, VoiceCallRecordings, VoiceCalls

if TYPE_CHECKING:
    from singer_sdk import Tap

    from tap_analytics.apis.support.client import SupportStream
    from tap_analytics.http.session import ApiSession

STREAMS: tuple[type[SupportStream], ...] = (
    Account,
    Customers,
    CustomerCustomFields,
    CustomFields,
    Tickets,
    Messages,
    Events,
    SatisfactionSurveys,
    Users,
    Teams,
    Tags,
    Views,
    ViewsItems,
    Rules,
    Macros,
    Jobs,
    Integrations,
    Widgets,
    VoiceCalls,
    VoiceCallEvents,
    VoiceCallRecordings,
)


def make_streams(tap: Tap, session: ApiSession) -> list[SupportStream]:
    """Make all streams of the API.

    Args:
        tap: The tap.
        session: The connections and the pace of the run.
    """
    return [stream(tap, session) for stream in STREAMS]
