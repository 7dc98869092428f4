"""The custom fields of the support API."""

from __future__ import annotations

from tap_analytics.apis.support.client import ACTIVE_AND_ARCHIVED, SupportStream
from tap_analytics.sync.splits import SettingValues


class CustomFields(SupportStream):
    """The fields that the account added to its objects, archived ones too; the service requires their object type."""

    name = "custom_fields"
    path = "/custom-fields"
    primary_keys = ("id",)
    split_by = {"object_type": SettingValues("custom_field_object_types"), **ACTIVE_AND_ARCHIVED}  # noqa: RUF012
