"""The account's monthly recurring revenue, and what it moved by."""

from __future__ import annotations

from tap_analytics.apis.schema_files import SchemaFile
from tap_analytics.apis.subscription.metrics import MetricStream
from tap_analytics.apis.subscription.periods import Interval


class Mrr(MetricStream):
    """Monthly recurring revenue at the end of each period, and what it gained and lost in it."""

    path = "/metrics/mrr"
    schema = SchemaFile(__package__, key="mrr")


class MrrDaily(Mrr):
    """Monthly recurring revenue of each day."""

    name = "mrr_daily"
    interval = Interval.DAY


class MrrWeekly(Mrr):
    """Monthly recurring revenue of each week."""

    name = "mrr_weekly"
    interval = Interval.WEEK


class MrrMonthly(Mrr):
    """Monthly recurring revenue of each month."""

    name = "mrr_monthly"
    interval = Interval.MONTH


class MrrQuarterly(Mrr):
    """Monthly recurring revenue of each quarter."""

    name = "mrr_quarterly"
    interval = Interval.QUARTER


class MrrYearly(Mrr):
    """Monthly recurring revenue of each year."""

    name = "mrr_yearly"
    interval = Interval.YEAR
