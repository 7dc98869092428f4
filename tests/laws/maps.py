"""Stream maps that leave out rows, or a whole stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from tests.laws.ledger import Record


@dataclass(frozen=True)
class StreamMap:
    """What a user leaves out of a stream.

    Attributes:
        stream: Its name.
        leaves_out: Every other row, or so; every row, by a filter; or the stream itself.
    """

    stream: str
    leaves_out: Literal["some", "all", "stream"]

    def settings(self) -> dict[str, Any]:
        """Return the setting that says so."""
        if self.leaves_out == "stream":
            return {"stream_maps": {self.stream: None}}
        some = "uuid < '8'" if self.stream == "activities" else "id % 2 == 0"
        return {"stream_maps": {self.stream: {"__filter__": some if self.leaves_out == "some" else "1 == 2"}}}

    def keeps(self, stream: str, row: Record) -> bool:
        """Say whether a row of a stream stays."""
        if stream != self.stream:
            return True
        if self.leaves_out != "some":
            return False
        return bool(row["uuid"] < "8") if stream == "activities" else row["id"] % 2 == 0

    def removes(self, stream: str) -> bool:
        """Say whether a stream is removed."""
        return stream == self.stream and self.leaves_out == "stream"
