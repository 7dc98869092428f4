"""What the account sells."""

from __future__ import annotations

from tap_analytics.apis.subscription.client import SubscriptionStream
from tap_analytics.paging.selectors import KeyPath
from tap_analytics.sync.parents import Parent


class Plans(SubscriptionStream):
    """The plans that subscriptions are for."""

    name = "plans"
    path = "/plans"
    primary_keys = ("uuid",)
    records = KeyPath("plans")


class PlanGroups(SubscriptionStream):
    """Groups of plans, for reports."""

    name = "plan_groups"
    path = "/plan_groups"
    primary_keys = ("uuid",)
    records = KeyPath("plan_groups")


class PlanGroupPlans(SubscriptionStream):
    """The plans of each group: one request for every group."""

    name = "plan_group_plans"
    path = "/plan_groups/{resources.plan_groups.uuid}/plans"
    primary_keys = ("plan_group_uuid", "uuid")
    records = KeyPath("plans")
    parent = Parent(name="plan_groups", added={"uuid": "plan_group_uuid"})
    selected_by_default = False
