"""Field names of an answer, split into words, and the words that are about pages."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

NEXT: Final = frozenset({"next", "nxt", "continue", "continuation", "following", "forward", "onward", "resume"})
MORE: Final = frozenset({"more", "truncated", "incomplete", "remaining", "left", "partial"})
LAST: Final = frozenset({"last", "final", "done", "complete", "finished", "end", "eof", "exhausted"})
OTHER_WAYS: Final = frozenset(
    {"prev", "previous", "prior", "first", "self", "current", "before", "back", "backward", "start", "begin", "this"}
)
"""Words for a page that is not the next one."""
CURSORS: Final = frozenset(
    {"cursor", "cursors", "token", "marker", "scroll", "bookmark", "offset", "after", "skip", "seek"}
)
PAGES: Final = frozenset({"page", "pages", "pagination", "paging", "pager", "paginator"})
_TOTALS: Final = frozenset({"total", "totals", "count", "counts", "num", "nb", "number"})
SIZES: Final = frozenset({"size", "limit", "per", "max", "maximum", "length", "min"})
ROWS: Final = frozenset(
    {
        *("record", "records", "result", "results", "item", "items", "row", "rows", "entry", "entries", "element"),
        *("elements", "object", "objects", "hit", "hits", "found", "document", "documents", "doc", "docs", "resource"),
        *("resources", "value", "list", "collection", "data"),
    }
)
TIMES: Final = frozenset({"at", "date", "time", "timestamp", "day", "run", "update", "updated", "due"})
_HOLDERS: Final = frozenset(
    {"meta", "metadata", "link", "links", "info", "response", "header", "headers", "odata", "x"}
)
_ADDRESSES: Final = frozenset({"url", "uri", "href", "path", "id", "ids", "key", "value", "str", "string", "rel"})
_SMALL: Final = frozenset(
    {
        *("has", "is", "are", "in", "of", "at", "all", "overall", "available", "the", "stream", "index", "set", "load"),
        "starting",
    }
)
KNOWN: Final = frozenset().union(
    *(NEXT, MORE, LAST, OTHER_WAYS, CURSORS, PAGES, _TOTALS, SIZES, ROWS, _HOLDERS, _ADDRESSES, _SMALL)
)
"""All words that are about pages, or may stand beside such a word."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")


@cache
def words_of(name: str) -> frozenset[str]:
    """Return the words of a name: `nextPageToken`, `next_page_token` and `nextpagetoken` have the same ones."""
    found: set[str] = set()
    for word in _WORD.findall(name):
        found.update(_split(word.lower()))
    return frozenset(found)


def is_about_pages(name: str) -> bool:
    """Say whether a name has words about pages and totals only."""
    words = words_of(name)
    return bool(words) and words <= KNOWN


def is_key_of_last(words: frozenset[str]) -> bool:
    """Say whether a name is one for the key of the last record: `last_id`, `LastEvaluatedKey`."""
    return "last" in words and bool(words & {"id", "key"}) and words <= KNOWN | {"evaluated"}


def _split(word: str) -> list[str]:
    """Split a word that is made of known words only; any other one stays whole: `context` is no `next`."""
    if word in KNOWN:
        return [word]
    if word.startswith(("continu", "resum")):
        return ["continuation"]
    for length in range(len(word) - 1, 1, -1):
        rest = _split(word[length:]) if word[:length] in KNOWN else []
        if rest and KNOWN.issuperset(rest):
            return [word[:length], *rest]
    return [word]
