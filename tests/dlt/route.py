"""A route of an API that a description has: lists with pages, filters, parents, credentials and failures.

It is strict, so that a wrong request gives wrong rows: a query parameter that the description does not have, or one
that a route needs and does not get, is answered with status 400 and the reason.

A description maps `/path`, or `METHOD /path`, to a route. Variables of the path (`/posts/{post_id}`) select the rows
whose fields have these values. The words of a route:

`rows`: a number of rows, or a list of rows (a number stands for `{id: number}`); `each`: fields that all rows get, with
`{id}` replaced; `values`: plain values in the place of rows; `one`: the answer is the row itself, or 404.
`at`: where the list stands in the body; `beside`: what else is there; `lines`: the body is JSON lines.
`body`, `text`, `status`, `headers`: the answer itself; `fails`: the statuses of the first answers.
`needs`: `params`, `headers`, `json`, `form`, `text` that a request must carry; `takes`: parameters that it may carry;
`auth`: the same as the description's own `auth`, for one route: `header`, `query`, or null.
`filters`: by parameter: `field`, `op` (`ge`, `gt`, `le`, `lt`, `eq`), `in` (`query`, `header`, `json`, `path`),
`pattern` that the value must match, with the compared part in a group, `needed`.
`pages`: `by` (`page`, `offset`, `cursor`, `link`), `size`, `param`, `in` (`query`, `json`), `limit_param`, `base`,
`total`, `more`, `next`, `number`: where the body says so; `header`: the header that holds the cursor or link; `last`:
what stands in the place of the last cursor; `numbers`: cursors are numbers; `past`: the status of pages after the end;
`relative`: links have no origin; `query_only`: nor a path; `bare`: nor the other parameters; `texts`: `more` is a text;
`first`: a cursor that stands for the first page.
"""

from __future__ import annotations

import json
import operator
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request: its method, path, query, headers (names in lower case) and body."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """The body as JSON; an empty object if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    def value(self, place: str, name: str) -> Any:  # noqa: ANN401 - any JSON
        """Return what stands under a name in the query, in a header or in the body; None if nothing does."""
        if place == "header":
            return self.headers.get(name.lower())
        return self.query.get(name) if place == "query" else found(self.json, name)


@dataclass(frozen=True)
class Answer:
    """An answer: its status, body and further headers."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class RefusedError(Exception):
    """A request that the description does not allow."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Route:
    """A path that is served.

    Args:
        key: The path, or the method and the path.
        words: What the module describes.
        origin: The origin of the server.
    """

    def __init__(self, key: str, words: Json, origin: str) -> None:
        method, _, path = key.rpartition(" ")
        self.method = method or "GET"
        self.path = path
        self.pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))
        self._words = words
        self._origin = origin
        self._fails: list[int] = list(words.get("fails", ()))

    def answer(self, request: Asked, variables: Mapping[str, str]) -> Answer:
        """Answer a request.

        Args:
            request: The request.
            variables: What the variables of the path stand for in it.

        Raises:
            RefusedError: It is not as the route needs it.
        """
        self._check(request)
        if self._fails:
            return answer_of({"error": "try again"}, self._fails.pop(0), {"Retry-After": "0"})
        words = self._words
        status, headers = words.get("status", 200), dict(words.get("headers", {}))
        if "text" in words:
            return Answer(status, words["text"].encode(), headers)
        if "body" in words or not {"rows", "values"} & words.keys():
            return answer_of(words.get("body", {}), status, headers)
        if "values" in words:
            rows = list(words["values"])
        else:
            filters = words.get("filters", {})
            selecting = {name: value for name, value in variables.items() if name not in filters}
            rows = [row for row in self._rows() if _selected(row, selecting) and self._passes(row, request, variables)]
        if words.get("one"):
            if not rows:
                raise RefusedError(404, "there is no such row")
            return answer_of(_under(words.get("at"), rows[0]), status, headers)
        chunk, said, more_headers = self._page(rows, request)
        if words.get("lines"):
            lines = "".join(json.dumps(row) + "\n" for row in chunk)
            return Answer(status, lines.encode(), {"Content-Type": "application/x-ndjson", **headers, **more_headers})
        body = _under(words.get("at"), chunk)
        if isinstance(body, dict):
            body.update(words.get("beside", {}))
            for place, value in said:
                put(body, place, value)
        return answer_of(body, status, {**headers, **more_headers})

    def _rows(self) -> Iterator[Json]:
        given = self._words["rows"]
        for row in range(1, given + 1) if isinstance(given, int) else given:
            fields = row if isinstance(row, dict) else {"id": row}
            added = self._words.get("each", {})
            yield {
                **{
                    name: value.replace("{id}", str(fields.get("id"))) if isinstance(value, str) else value
                    for name, value in added.items()
                },
                **fields,
            }

    # What a request must be like

    def _check(self, request: Asked) -> None:
        """Refuse a request that is not as the route needs it."""
        words = self._words
        needs, pages, auth = words.get("needs", {}), words.get("pages", {}), words.get("auth") or {}
        for place, given in (("header", request.headers), ("query", request.query)):
            for name, value in auth.get(place, {}).items():
                if given.get(name.lower() if place == "header" else name) != value:
                    raise RefusedError(401, f"wrong credentials: {place} {name}")
        for place, given in (("params", request.query), ("headers", request.headers)):
            for name, value in needs.get(place, {}).items():
                got = given.get(name.lower() if place == "headers" else name)
                # dlt writes true as Python does, the tap as JSON does; services take both.
                if str(got).lower() != "true" if value is True else got != str(value):
                    raise RefusedError(400, f"{place}: {name} must be {value!r}, not {got!r}")
        _check_body(request, needs)
        known = {
            *needs.get("params", ()),
            *words.get("takes", ()),
            *auth.get("query", ()),
            *(name for name, words in words.get("filters", {}).items() if words.get("in", "query") == "query"),
            *(pages.get(word) for word in ("param", "limit_param")),
            "_at" if pages.get("by") == "link" else None,
        }
        # What fails, fails whatever it is asked.
        if (unknown := sorted(set(request.query) - known)) and "status" not in words:
            raise RefusedError(400, f"unknown parameters: {', '.join(unknown)}")

    def _passes(self, row: Json, request: Asked, variables: Mapping[str, str]) -> bool:
        for name, words in self._words.get("filters", {}).items():
            place = words.get("in", "query")
            value = variables[name] if place == "path" else request.value(place, name)
            if value is None:
                if words.get("needed", True):
                    raise RefusedError(400, f"{name} is missing")
                continue
            if not _compared(row, value, name, words):
                return False
        return True

    # Pages

    def _page(self, rows: list[Any], request: Asked) -> tuple[list[Any], list[tuple[Any, Any]], dict[str, str]]:
        """Return the rows of a page, what the body says of it and where, and the headers that say it."""
        words = self._words.get("pages")
        if not words:
            return rows, [], {}
        size, start = self._place(words, request)
        if words.get("past") and start >= max(len(rows), 1):
            raise RefusedError(words["past"], "there is no such page")
        chunk, end = rows[start : start + size], start + size
        more = end < len(rows)
        said: list[tuple[Any, Any]] = []
        headers: dict[str, str] = {}
        if "total" in words:
            pages = -(-len(rows) // size)
            said.append((words["total"], pages if words["by"] == "page" else len(rows)))
        if "more" in words:
            said.append((words["more"], str(more).lower() if words.get("texts") else more))
        if "number" in words:
            said.append((words["number"], start // size + words.get("base", 1)))
        if words["by"] == "cursor":
            cursor: Any = end if words.get("numbers") else f"c{end}"
            following = cursor if more or (words.get("always") and chunk) else words.get("last")
        else:
            following_page = (
                {"_at": end} if words["by"] == "link" else {words["param"]: end // size + words.get("base", 1)}
            )
            query = urlencode({**({} if words.get("bare") else request.query), **following_page})
            path = request.path if words.get("relative") else f"{self._origin}{request.path}"
            following = f"{'' if words.get('query_only') else path}?{query}" if more else words.get("last")
        if "next" in words and (more or words.get("last", "") != "missing"):
            said.append((words["next"], following))
        if "header" in words and following:
            name = words["header"]
            headers[name] = f'<{following}>; rel="{words.get("rel", "next")}"' if name == "Link" else str(following)
        return chunk, said, headers

    def _place(self, words: Json, request: Asked) -> tuple[int, int]:
        """Return the size of a page and the number of rows before it."""
        place = words.get("in", "query")
        size = words["size"]
        if "limit_param" in words and (limit := request.value(place, words["limit_param"])) is not None:
            size = int(limit)
        param = "_at" if words["by"] == "link" else words["param"]
        value = request.value("query" if words["by"] == "link" else place, param)
        if words["by"] == "page":
            start = (int(words.get("base", 1) if value is None else value) - words.get("base", 1)) * size
        elif words["by"] == "cursor":
            letter = "" if words.get("numbers") else "c"
            value = None if value == words.get("first") else value
            if value is not None and not re.fullmatch(rf"{letter}\d+", str(value)):
                raise RefusedError(400, f"{param} is no cursor: {value!r}")
            start = int(str(value or f"{letter}0").removeprefix("c"))
        else:
            start = int(value or 0)
        if start < 0:
            raise RefusedError(400, f"{param} is too small: {value!r}")
        return size, start


def found(value: Any, path: str) -> Any:  # noqa: ANN401 - any JSON
    """Return what stands at a dotted path; None if nothing does."""
    for name in path.split("."):
        if isinstance(value, list):
            value = value[int(name)] if name.isdigit() and int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def put(body: Json, path: str | list[str], value: object) -> None:
    """Put a value at a dotted path, or at a list of keys."""
    *outer, last = path if isinstance(path, list) else path.split(".")
    for name in outer:
        body = body.setdefault(name, {})
    body[last] = value


def _under(path: str | None, value: Any) -> Any:  # noqa: ANN401 - any JSON
    if path is None:
        return value
    body: Json = {}
    put(body, path, value)
    return body


def answer_of(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})


def _check_body(request: Asked, needs: Json) -> None:
    text = request.body.decode()
    form = dict(parse_qsl(text, keep_blank_values=True))
    for name, value in needs.get("form", {}).items():
        if form.get(name) != str(value):
            raise RefusedError(400, f"form: {name} must be {value!r}, not {form.get(name)!r}")
    if "text" in needs and text != needs["text"]:
        raise RefusedError(400, f"body must be {needs['text']!r}, not {text!r}")
    if "json" in needs and not _contains(request.json, needs["json"]):
        raise RefusedError(400, f"body must hold {needs['json']}, not {text!r}")


def _contains(value: Any, wanted: Any) -> bool:  # noqa: ANN401 - any JSON
    """Say whether a value has all that is wanted of objects in it; all else must be equal, type and all."""
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(_contains(value.get(name), part) for name, part in wanted.items())
    if isinstance(wanted, list):
        return isinstance(value, list) and len(value) == len(wanted) and all(map(_contains, value, wanted))
    return type(value) is type(wanted) and bool(value == wanted)


def _selected(row: Json, variables: Mapping[str, str]) -> bool:
    return all(str(found(row, name)) == value for name, value in variables.items())


def _compared(row: Json, value: Any, name: str, words: Json) -> bool:  # noqa: ANN401 - any JSON
    if "pattern" in words:
        match = re.fullmatch(words["pattern"], str(value))
        if not match:
            raise RefusedError(400, f"{name} must be like {words['pattern']}: {value!r}")
        value = match[1] if match.re.groups else value
    op = getattr(operator, words.get("op", "eq"))
    field = found(row, words.get("field", name))
    if field is None:
        return False
    left, right = _comparable(field), _comparable(value)
    if isinstance(left, Decimal) and not isinstance(right, Decimal):
        raise RefusedError(400, f"{name} must be a number: {value!r}")
    if type(left) is not type(right):
        left, right = str(field), str(value)
    return bool(op(left, right))


def _comparable(value: object) -> Decimal | datetime | str:
    with suppress(InvalidOperation):
        return Decimal(str(value))
    with suppress(ValueError):
        instant = datetime.fromisoformat(re.sub(r"Z$", "+00:00", str(value)))
        return instant if instant.tzinfo else instant.replace(tzinfo=timezone.utc)
    return str(value)
