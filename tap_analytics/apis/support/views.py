"""The views of the support desk, and the tickets in them."""

from __future__ import annotations

from tap_analytics.apis.support.client import OLDEST_FIRST, SupportStream
from tap_analytics.paging.paginators import BodyLinkOrCursor
from tap_analytics.sync.parents import Parent


class Views(SupportStream):
    """The saved filters of the ticket list, as the owner of the key sees them: filters on the reading user differ."""

    name = "views"
    path = "/views"
    primary_keys = ("id",)
    order = OLDEST_FIRST


class ViewsItems(SupportStream):
    """The tickets in each view: a ticket comes once for every view that it is in, at a request or more per view."""

    name = "views_items"
    path = "/views/{resources.views.id}/items"
    primary_keys = ("view_id", "id")
    paginator = BodyLinkOrCursor(limit_param="limit", link_path="meta.next_items", cursor_path="meta.next_cursor")
    parent = Parent(name="views", added={"id": "view_id"})
    selected_by_default = False
