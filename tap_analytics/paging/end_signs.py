"""What in an answer says that there is more, and where it says so.

Nobody can list all names that APIs have for it. So what stands beside the records, and in the headers, is judged by
the words of its name (see `words`) and by its value: whatever is named for a next page, a cursor, a flag of more or a
total, and is not empty, is a sign of more, unless the answer itself proves that it is complete.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from tap_analytics.errors import StreamError
from tap_analytics.paging.answers import UnreadableBodyError, decode
from tap_analytics.paging.field_words import (
    CURSORS,
    KNOWN,
    LAST,
    MORE,
    NEXT,
    OTHER_WAYS,
    PAGES,
    ROWS,
    SIZES,
    is_about_pages,
    words_of,
)
from tap_analytics.records.types import is_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_analytics.paging.answers import Page
    from tap_analytics.paging.pagination import PageTrail

HAS_MORE: Final = "has_more"
"""Where a body says whether there is more, if nobody knows a better place."""

# A name with one of these is about something else, however it goes on.
_LIMITS: Final = frozenset(
    {"rate", "ratelimit", "limits", "quota", "throttle", "request", "requests", "retry", "credit", "credits", "calls"}
)
# A token that asks for changes from now on stands on the last page.
_CHANGES: Final = frozenset({"sync", "delta"})
_TIMES: Final = frozenset({"at", "date", "time", "timestamp", "day", "run", "update", "updated", "due"})
# Names that say nothing without the name above them: `next.href`, `total.value`.
_BARE: Final = frozenset({"href", "url", "uri", "link", "value", "id", "key", "str", "string"})
_COUNTS: Final = frozenset({"total", "totals", "count", "counts", "found"})

# Levels of an answer that are looked at; below that, a walk would need more stack than there is.
_DEEPEST: Final = 50

# RFC 8288; what `requests` has for it cuts an address at a semicolon, and stops at the first parameter with a "=".
_LINK: Final = re.compile(r'<([^>]*)>((?:[^,"<]|"(?:[^"\\]|\\.)*")*)')
_LINK_PARAM: Final = re.compile(r';\s*([^\s=;"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?')
_RANGE: Final = re.compile(r"(?:(?!bytes)[a-z]\w*[ =])?\d+-\d+/(\d+)", re.IGNORECASE)


class Signs(Struct, frozen=True):
    """The names of what says that there is more, each None if nothing does.

    Attributes:
        next: What asks for the next page, or says outright that there is one.
        cursor: What may ask for it: a cursor that does not say what it leads to.
        pages: A number of pages above one.
        total: A number of records above those that came.
    """

    next: str | None = None
    cursor: str | None = None
    pages: str | None = None
    total: str | None = None

    @property
    def any(self) -> str | None:
        """The first of them."""
        return self.next or self.cursor or self.pages or self.total


class _Mark(Struct, frozen=True):
    """A value beside the records.

    Attributes:
        names: The names on the way to it.
        value: The value, texts of a number or of true and false read as such.
        is_known: Whether what it stands in holds the records, or is about pages.
    """

    names: tuple[str, ...]
    value: Any
    is_known: bool

    @property
    def path(self) -> str:
        return ".".join(self.names)

    @property
    def name(self) -> str:
        """The last name that says something."""
        return next((name for name in reversed(self.names) if not words_of(name) <= _BARE), "")

    @property
    def words(self) -> frozenset[str]:
        return words_of(self.name)

    @property
    def direction(self) -> str:
        """Return which page it is about, as the nearest name has it: `next`, `other` or nothing."""
        for name in reversed(self.names):
            words = words_of(name)
            if words & OTHER_WAYS and not words & NEXT:
                return "other"
            if words & NEXT:
                return "next"
        return ""


def signs_in(page: Page, *, has_envelope: bool = True) -> Signs:
    """Return what says that there is more than the records of a page, which is the first one.

    Args:
        page: The page.
        has_envelope: Whether anything stands beside the records: not where the whole body is declared to be the record.
    """
    marks = [mark for mark in _marks(page, has_envelope=has_envelope) if not _is_of_something_else(mark)]
    has_ended = any(_says_end(mark) for mark in marks)
    link = "a link" if link_in(page.headers.get("Link", ""), "next") is not None else None
    found = {
        "next": None if has_ended else (_first(marks, _is_next) or link),
        "cursor": None if has_ended else _first(marks, _is_cursor),
        "pages": _first(marks, lambda mark: _is_pages(mark) and mark.value > 1),
    }
    nouns = _nouns(page)
    count = _count(page)
    total = _first(marks, lambda mark: _is_total(mark, nouns) and mark.value > count) if count is not None else None
    return Signs(**found, total=total or _range_in(page.headers.get("Content-Range", ""), count))


def says_whole(page: Page) -> bool:
    """Say whether a first page says by itself that it is all: no next page, one page in all, a total that has come."""
    count = len(page.records)
    nouns = _nouns(page)
    return any(
        _says_end(mark)
        or (mark.value is None and mark.is_known and mark.words <= KNOWN and bool(mark.words & NEXT))
        or (_is_pages(mark) and mark.value == 1)
        or (_is_total(mark, nouns) and "total" in mark.words and mark.value == count)
        for mark in _marks(page, has_envelope=True)
        if not _is_of_something_else(mark)
    )


def refuse_dead_end(has_more: object) -> None:
    """Refuse to end where the answer says that there is more.

    Args:
        has_more: What it says.

    Raises:
        StreamError: It says so.
    """
    if has_more is True:
        msg = "says that there is more, but gives neither records nor a new cursor to ask for it"
        raise StreamError(msg)


def refuse_other_place(page: Page, trail: PageTrail, place: str, path: str = "") -> None:
    """Refuse to take the first page for the last where another place than the declared one says that there is more.

    Args:
        page: The page.
        trail: The walk so far.
        place: The declared place, in words.
        path: Its path in the body.

    Raises:
        StreamError: It does.
    """
    if trail.number > 1 or page.get(HAS_MORE) is False:
        return
    signs = signs_in(page)
    # Where the place is there, it speaks for itself: a cursor beside it may be the page's own.
    holder = path.rpartition(".")[0]
    speaks = page.has(path) or (holder and page.has(holder))
    if sign := signs.next or (None if speaks else signs.cursor or signs.pages):
        msg = f"says that there is more ({sign}), but not where the 'paginator' looks for it ({place})"
        raise StreamError(msg)


def doubt_without(path: str, page: Page, trail: PageTrail) -> str:
    """Return why the first page may not be the last, although its place for the next one is empty."""
    if trail.number > 1 or page.get(HAS_MORE) is False or (path and not is_nothing(page.get(path))):
        return ""
    count = len(page.records)
    if path and not page.has(path) and count in trail.sizes and not says_whole(page):
        return f"gave exactly the {count} records that were asked for, without '{path}', so there may be more"
    if sign := signs_in(page).total:
        return f"gave {count} records of more ('{sign}'), and no way to ask for the others"
    return ""


def _first(marks: list[_Mark], is_sign: Any) -> str | None:  # noqa: ANN401 - a function of a mark
    return next((mark.path for mark in marks if is_sign(mark)), None)


# What stands beside the records


def _marks(page: Page, *, has_envelope: bool) -> Iterator[_Mark]:
    if has_envelope and isinstance(page.body, dict):
        records = {id(record) for record in page.sources or page.records} - {id(page.body)}
        holders: set[int] = set()
        _find_holders(page.body, records, holders)
        yield from _marks_in(page.body, (), records, holders, is_known=True)
    for name, value in page.headers.items():
        if value.startswith("{"):
            try:
                inner = decode(value.encode())
            except UnreadableBodyError:
                continue
            if isinstance(inner, dict):
                yield from _marks_in(inner, (name,), set(), set(), is_known=is_about_pages(name))
        elif name.lower() != "link":
            yield _Mark((f"the header {name}",), _read(value), is_known=True)


def _find_holders(value: Any, records: set[int], holders: set[int], depth: int = 0) -> bool:  # noqa: ANN401 - any JSON
    """Find the objects that hold the records, at any depth."""
    if id(value) in records:
        return True
    inner = [] if depth > _DEEPEST else value.values() if isinstance(value, dict) else value
    if is_holder := any(
        _find_holders(item, records, holders, depth + 1) for item in inner if isinstance(item, dict | list)
    ):
        holders.add(id(value))
    return is_holder


def _marks_in(
    part: dict[str, Any], names: tuple[str, ...], records: set[int], holders: set[int], *, is_known: bool
) -> Iterator[_Mark]:
    for key, value in part.items() if len(names) <= _DEEPEST else ():
        path = (*names, key)
        if isinstance(value, dict) and id(value) not in records:
            if value and _is_last_key(words_of(key)):
                yield _Mark(path, "an object", is_known)
            inner_is_known = is_known and (id(value) in holders or is_about_pages(key))
            yield from _marks_in(value, path, records, holders, is_known=inner_is_known)
        elif isinstance(value, list):
            # Links as a list: [{"rel": "next", "href": "…"}]
            for item in value:
                relation = (item.get("rel") or item.get("relation")) if isinstance(item, dict) else None
                if isinstance(relation, str):
                    address = next((item[name] for name in ("href", "url", "uri", "link") if item.get(name)), None)
                    yield _Mark((*path, relation), _read(address), is_known)
        elif not isinstance(value, dict):
            yield _Mark(path, _read(value), is_known)


def _read(value: object) -> object:
    """Return a value, texts of a number or of true and false as such; None for what means nothing."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    match text.lower():
        case "true" | "false":
            return text.lower() == "true"
        case "" | "null" | "none":
            return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else text  # noqa: PLR2004 - 64 bits


# What a mark says


def _is_of_something_else(mark: _Mark) -> bool:
    words = mark.words
    return (
        mark.direction == "other"
        or bool(words & _CHANGES)
        or any(words_of(name) & _LIMITS for name in mark.names)
        or bool(words & _TIMES and words & (NEXT | LAST) and not words & (PAGES | CURSORS))
    )


def _says_end(mark: _Mark) -> bool:
    words = mark.words
    if mark.value is False:
        return bool(words & (MORE - {"incomplete"}) or (words & NEXT and words & {"has", "is", "page"}))
    return mark.value is True and mark.is_known and words <= KNOWN and bool(words & {"last", "end"})


def _is_next(mark: _Mark) -> bool:
    words, value = mark.words, mark.value
    is_plain = words <= KNOWN
    if not (is_plain or mark.is_known):
        return False
    if isinstance(value, bool):
        says_more = value and bool(words & (NEXT | MORE))
        return says_more or (not value and mark.is_known and is_plain and bool(words & LAST))
    if not _asks(value):
        return False
    is_under_next = mark.direction == "next" and words_of(mark.names[-1]) <= KNOWN
    return bool(words & NEXT) or is_under_next or (bool(words & MORE) and is_plain and "info" not in words)


def _asks(value: object) -> bool:
    """Say whether a value may ask for a page: a text, or a number that is not 0."""
    return not isinstance(value, bool) and isinstance(value, str | int) and value not in ("", 0)


def _is_cursor(mark: _Mark) -> bool:
    words, value = mark.words, mark.value
    if not _asks(value) or words & SIZES:
        return False
    if words & {"cursor", "cursors"}:
        return True
    if not mark.is_known:
        return False
    if _is_last_key(words):
        return True
    # A page with a text is asked for by it; one with a number is the page itself.
    return words <= KNOWN and bool(
        words & CURSORS or (words == {"page"} and isinstance(value, str) and not value.startswith(("http", "/")))
    )


def _is_last_key(words: frozenset[str]) -> bool:
    """Say whether a name is one for the key of the last record: `last_id`, `LastEvaluatedKey`."""
    return "last" in words and bool(words & {"id", "key"}) and words <= KNOWN | {"evaluated"}


def _is_pages(mark: _Mark) -> bool:
    words = mark.words - {"the", "header", "x"}
    if not is_whole(mark.value) or words & {"size", "per", "limit", "length"}:
        return False
    if words in ({"last"}, {"of"}) or "pages" in words:
        return mark.is_known or words <= KNOWN
    is_number = "page" in words and words & {"number", "num", "nb"} and not words & {"of", "total", "last", "max"}
    return "page" in words and not is_number and bool(words & {"total", "count", "last", "max", "number", "num", "nb"})


def _is_total(mark: _Mark, nouns: set[str]) -> bool:
    words = mark.words - {"the", "header", "x"}
    if not is_whole(mark.value) or words & PAGES or not mark.is_known or "value" in words:
        return False
    is_count = bool(words & _COUNTS or (words & {"num", "nb", "number"} and words & ROWS))
    others = words - KNOWN - nouns
    # A service may put its own name into a header: X-WP-Total.
    is_header = mark.names[0].startswith("the header ") and "total" in words and len(others) == 1
    return is_count and (not others or (is_header and not others & _TIMES))


def _count(page: Page) -> int | None:
    """Return how many records came; None where the body is the one record, whose numbers are its own."""
    return None if any(record is page.body for record in page.records) else len(page.records)


def _nouns(page: Page) -> set[str]:
    """Return the words for what is listed: those of the path's last part, and of the names of lists in the body."""
    body = page.body if isinstance(page.body, dict) else {}
    names = [page.path.rpartition("/")[2], *(key for key, value in body.items() if isinstance(value, list))]
    return {word for name in names for word in _numbers(name)}


def _numbers(name: str) -> set[str]:
    """Return the words of a noun in singular and plural."""
    return {form for word in words_of(name) for form in (word, word.removesuffix("s"), f"{word}s")}


def _range_in(header: str, count: int | None) -> str | None:
    found = _RANGE.match(header)
    return "the header Content-Range" if found and count is not None and int(found[1]) > count else None


def link_in(header: str, relation: str) -> str | None:
    """Return the address of a relation in a header `Link`, None if there is none."""
    for link, text in _LINK.findall(header):
        params = {name.lower(): (quoted or bare.strip("'")).lower() for name, quoted, bare in _LINK_PARAM.findall(text)}
        # Some services give the link on the last page, too, and say beside it that nothing is there.
        if relation.lower() in params.get("rel", "").split() and params.get("results") != "false":
            return str(link)
    return None


def is_nothing(value: object) -> bool:
    """Say whether a value is one of those that stand for none."""
    return value is None or value is False or value == ""
