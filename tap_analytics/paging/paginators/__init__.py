"""The ways in which APIs say that a list has a next page. A stream declares one of them."""

from __future__ import annotations

from tap_analytics.paging.paginators.base import Paginator
from tap_analytics.paging.paginators.cursors import BodyCursor, HeaderCursor, LastRecord
from tap_analytics.paging.paginators.detected import Detected
from tap_analytics.paging.paginators.last_page import HAS_MORE
from tap_analytics.paging.paginators.links import BodyLink, BodyLinkOrCursor, HeaderLink
from tap_analytics.paging.paginators.offsets import Offset
from tap_analytics.paging.paginators.overlap import OverlappingPages
from tap_analytics.paging.paginators.page_numbers import CursorOrPageNumber, PageNumber
from tap_analytics.paging.paginators.single_page import SinglePage, Undeclared

__all__ = [
    "HAS_MORE",
    "BodyCursor",
    "BodyLink",
    "BodyLinkOrCursor",
    "CursorOrPageNumber",
    "Detected",
    "HeaderCursor",
    "HeaderLink",
    "LastRecord",
    "Offset",
    "OverlappingPages",
    "PageNumber",
    "Paginator",
    "SinglePage",
    "Undeclared",
]
