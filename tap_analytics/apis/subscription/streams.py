"""All streams of the subscription API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_analytics.apis.subscription.account import Account
from tap_analytics.apis.subscription.account_facts import AccountFacts
from tap_analytics.apis.subscription.activities import Activities
from tap_analytics.apis.subscription.billing import DataSources, Invoices, SubscriptionEvents
from tap_analytics.apis.subscription.crm import Contacts, CustomerNotes, Opportunities, Tasks
from tap_analytics.apis.subscription.customer_count import (
    CustomerDailyCount,
    CustomerMonthlyCount,
    CustomerQuarterlyCount,
    CustomerWeeklyCount,
    CustomerYearlyCount,
)
from tap_analytics.apis.subscription.customers import Customers, CustomerSubscriptions
from tap_analytics.apis.subscription.key_metrics import (
    KeyMetricsDaily,
    KeyMetricsMonthly,
    KeyMetricsQuarterly,
    KeyMetricsWeekly,
    KeyMetricsYearly,
)
from tap_analytics.apis.subscription.metrics import MetricStream
from tap_analytics.apis.subscription.mrr import MrrDaily, MrrMonthly, MrrQuarterly, MrrWeekly, MrrYearly
from tap_analytics.apis.subscription.plans import PlanGroupPlans, PlanGroups, Plans
from tap_analytics.sync.shared_answers import SharedAnswer

if TYPE_CHECKING:
    from singer_sdk import Tap

    from tap_analytics.apis.subscription.client import SubscriptionStream
    from tap_analytics.http.session import ApiSession

STREAMS: tuple[type[SubscriptionStream], ...] = (
    Account,
    Activities,
    Contacts,
    CustomerDailyCount,
    CustomerMonthlyCount,
    CustomerNotes,
    CustomerQuarterlyCount,
    CustomerSubscriptions,
    CustomerWeeklyCount,
    CustomerYearlyCount,
    Customers,
    DataSources,
    Invoices,
    KeyMetricsDaily,
    KeyMetricsMonthly,
    KeyMetricsQuarterly,
    KeyMetricsWeekly,
    KeyMetricsYearly,
    MrrDaily,
    MrrMonthly,
    MrrQuarterly,
    MrrWeekly,
    MrrYearly,
    Opportunities,
    PlanGroupPlans,
    PlanGroups,
    Plans,
    SubscriptionEvents,
    Tasks,
)


def make_streams(tap: Tap, session: ApiSession) -> list[SubscriptionStream]:
    """Make all streams of the API; the metrics get what they have to know of the account from the others.

    Args:
        tap: The tap.
        session: The connections and the pace of the run.
    """
    account, activities = Account(tap, session), Activities(tap, session)
    quarterly = CustomerQuarterlyCount(tap, session)
    made: dict[type, SubscriptionStream] = {type(stream): stream for stream in (account, activities, quarterly)}
    streams: list[SubscriptionStream] = [made.get(stream) or stream(tap, session) for stream in STREAMS]
    facts = AccountFacts(
        calendar=SharedAnswer(account.calendar).get,
        first_activity=SharedAnswer(activities.first_date).get,
        first_quarter=SharedAnswer(quarterly.first_quarter).get,
    )
    for stream in streams:
        if isinstance(stream, MetricStream):
            stream.facts = facts
    return streams
