"""Answers that go wrong, to order."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from analytics_sandbox.recording import Request

Kind = Literal["answer", "delay", "trickle", "cut", "close", "reset"]


@dataclass(kw_only=True)
class Fault:
    """What goes wrong with the requests that match, and how often.

    Attributes:
        path: The path, `*` and `?` as in file names; `*` for all.
        match: Query parameters that the request must have, each with this value.
        after: How many more matching requests are let through first.
        times: How many are then answered so; None for all.
        kind: How the answer is delivered. `answer`: as it should be; `delay`: after `seconds`; `trickle`: in ten pieces
            spread over `seconds`; `cut`: the length of the whole is announced, half of it is sent; `close`: the
            connection is closed without a byte; `reset`: it is reset.
        status: The status that is answered instead of the API's own answer; 200 where only a body is given.
        body: What is answered instead: text, bytes, or what becomes JSON. None: what the API says with such a status.
        headers: Headers that the answer has on top.
        seconds: How long `delay` and `trickle` take.
        fired: How many requests were answered so until now.
    """

    path: str = "*"
    match: dict[str, str] = field(default_factory=dict)
    after: int = 0
    times: int | None = 1
    kind: Kind = "answer"
    status: int | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 1.0
    fired: int = 0

    def __post_init__(self) -> None:
        if self.kind not in {"answer", "delay", "trickle", "cut", "close", "reset"}:
            message = f"unknown kind of fault: {self.kind!r}"
            raise ValueError(message)
        if self.status is None and self.body is not None:
            self.status = 200

    def matches(self, request: Request) -> bool:
        """Whether this is about such a request."""
        return fnmatchcase(request.path, self.path) and all(
            value in request.params.get(name, []) for name, value in self.match.items()
        )


class Faults:
    """The faults in store. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault | None = None, **words: Any) -> Fault:
        """Put a fault in store.

        Args:
            fault: The fault, or
            **words: the attributes of one.

        Returns:
            The fault, whose `fired` tells how often it happened.

        Raises:
            TypeError: A word is not one of `Fault`.
            ValueError: There is no such kind.
        """
        fault = fault or Fault(**words)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self._faults.clear()

    def take(self, request: Request) -> Fault | None:
        """Find what goes wrong with a request: of the faults in store that it is the turn of, the oldest."""
        with self._lock:
            for fault in self._faults:
                if not fault.matches(request) or fault.fired == fault.times:
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.fired += 1
                return fault
        return None
