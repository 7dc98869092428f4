"""The account's key metrics side by side."""

from __future__ import annotations

from tap_analytics.apis.schema_files import SchemaFile
from tap_analytics.apis.subscription.metrics import MetricStream
from tap_analytics.apis.subscription.periods import Interval


class KeyMetrics(MetricStream):
    """Recurring revenue, churn, lifetime value and customers of each period."""

    path = "/metrics/all"
    schema = SchemaFile(__package__, key="key_metrics")


class KeyMetricsOfShortPeriods(KeyMetrics):
    """Key metrics by day or week, for which the service has no average sale price."""

    fields_without_values = ("asp", "asp-percentage-change")


class KeyMetricsDaily(KeyMetricsOfShortPeriods):
    """Key metrics of each day."""

    name = "key_metrics_daily"
    interval = Interval.DAY


class KeyMetricsWeekly(KeyMetricsOfShortPeriods):
    """Key metrics of each week."""

    name = "key_metrics_weekly"
    interval = Interval.WEEK


class KeyMetricsMonthly(KeyMetrics):
    """Key metrics of each month."""

    name = "key_metrics_monthly"
    interval = Interval.MONTH


class KeyMetricsQuarterly(KeyMetrics):
    """Key metrics of each quarter."""

    name = "key_metrics_quarterly"
    interval = Interval.QUARTER


class KeyMetricsYearly(KeyMetrics):
    """Key metrics of each year."""

    name = "key_metrics_yearly"
    interval = Interval.YEAR
