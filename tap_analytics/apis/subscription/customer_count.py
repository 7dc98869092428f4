"""How many customers the account had."""

from __future__ import annotations

from tap_analytics.apis.schema_files import SchemaFile
from tap_analytics.apis.subscription.metrics import MetricStream
from tap_analytics.apis.subscription.periods import Interval


class CustomerCount(MetricStream):
    """How many customers the account had at the end of each period."""

    path = "/metrics/customer-count"
    schema = SchemaFile(__package__, key="customer_count")


class CustomerDailyCount(CustomerCount):
    """Customers at the end of each day."""

    name = "customer_daily_count"
    interval = Interval.DAY


class CustomerWeeklyCount(CustomerCount):
    """Customers at the end of each week."""

    name = "customer_weekly_count"
    interval = Interval.WEEK


class CustomerMonthlyCount(CustomerCount):
    """Customers at the end of each month."""

    name = "customer_monthly_count"
    interval = Interval.MONTH


class CustomerQuarterlyCount(CustomerCount):
    """Customers at the end of each quarter."""

    name = "customer_quarterly_count"
    interval = Interval.QUARTER


class CustomerYearlyCount(CustomerCount):
    """Customers at the end of each year."""

    name = "customer_yearly_count"
    interval = Interval.YEAR
