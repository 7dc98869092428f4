"""Where the records stand in the body of an answer. A stream declares one of these selectors."""

from __future__ import annotations

from tap_analytics.paging.selectors.base import MAP_KEY, PLAIN_VALUE, Found, Selector, WholeBody
from tap_analytics.paging.selectors.json_path import JsonPath
from tap_analytics.paging.selectors.key_path import KeyPath
from tap_analytics.paging.selectors.lifted import Lifted
from tap_analytics.paging.selectors.only_list import OnlyList

__all__ = ["MAP_KEY", "PLAIN_VALUE", "Found", "JsonPath", "KeyPath", "Lifted", "OnlyList", "Selector", "WholeBody"]
