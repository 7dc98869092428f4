"""The custom fields of the support API."""

from __future__ import annotations

from tap_analytics.apis.support.client import SupportStream
from tap_analytics.sync.splits import SettingValues

ARCHIVED = ("false", "true")
"""Lists of what can be archived hold the active rows or the archived ones; the active ones if nothing is asked for."""


class CustomFields(SupportStream):
    """The fields that the account added to its objects; the service requires their object type."""

    name = "custom_fields"
    path = "/custom-fields"
    primary_keys = ("id",)
    split_by = {  # noqa: RUF012
        "object_type": SettingValues("custom_field_object_types"),
        "archived": ARCHIVED,
    }
