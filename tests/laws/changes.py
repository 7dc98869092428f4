"""What can happen at the source, as values that chance can choose, shorten and print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics_sandbox import Sandbox
    from analytics_sandbox.manners import Api

Edges: TypeAlias = "Mapping[str, datetime]"
Verb = Literal["add", "touch", "restate", "move", "delete", "reissue", "cancel", "field", "unfield", "advance"]
Anchor = Literal["now", "row", "newest", "floor", "start", "end"]

_SECOND, _MINUTE, _HOUR, _DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


@dataclass(frozen=True)
class Change:
    """One thing that happens to the data of an API.

    Attributes:
        verb: What happens.
        row: Which row it happens to, counted round and round; None: the one behind which the page just asked for
            begins, else the first.
        by: How far from the anchor is the date that a row gets; or how far the clock goes on.
        anchor: Now, the row's own instant, the newest row's, how far back the next run looks, or what the user's first
            and last date are; now, where there is no such thing.
    """

    verb: Verb
    row: int | None = 0
    by: timedelta = timedelta()
    anchor: Anchor = "now"

    def apply(self, sandbox: Sandbox, api: Api, edges: Edges, last: str | None = None) -> None:
        """Let it happen; to a row that is not there nothing can.

        Args:
            sandbox: Where.
            api: To whose data.
            edges: The instants where promises begin or end, by the name of the anchor.
            last: The uuid of the row behind which the page that is just asked for begins.
        """
        world = sandbox.world
        if self.verb == "advance":
            world.advance(abs(self.by))
        elif self.verb == "cancel" and world.customers("subscription"):
            key = _pick(world.customers("subscription"), self.row)["id"]
            world.update_customer("subscription", key, status="Cancelled" if self.by else "Active")
        elif api == "subscription":
            self._apply_to_activities(sandbox, edges, last)
            self._apply_to_customers(sandbox, api, edges)
        else:
            self._apply_to_custom_fields(sandbox)
            self._apply_to_desk(sandbox)
            self._apply_to_customers(sandbox, api, edges)

    def _apply_to_activities(self, sandbox: Sandbox, edges: Edges, last: str | None) -> None:
        world = sandbox.world
        rows = world.activities()
        if self.verb == "add" and world.customers("subscription"):
            world.add_activities(1, self._moment(sandbox, rows, "date", edges))
        if not rows:
            return
        row = _pick(rows, self.row)
        if self.row is None:
            row = next((row for row in rows if row["uuid"] == last), row)
        match self.verb:
            case "restate":
                world.restate_activity(row["uuid"])
            case "move":
                world.restate_activity(row["uuid"], date=self._moment(sandbox, rows, "date", edges).isoformat())
            case "reissue":
                world.reissue_activity(row["uuid"])
            case "delete":
                world.delete_activity(row["uuid"])

    def _apply_to_customers(self, sandbox: Sandbox, api: Api, edges: Edges) -> None:
        world = sandbox.world
        rows = world.customers(api)
        if self.verb == "add":
            world.add_customers(api)
        if not rows:
            return
        row = _pick(rows, self.row)
        match self.verb:
            case "touch":
                world.update_customer(api, row["id"], name=f"{row['name']}'")
            case "delete":
                world.delete_customer(api, row["id"])
            case "move" if api == "support":
                moment = self._moment(sandbox, rows, "updated_datetime", edges)
                is_dated = self.by or self.anchor != "now"
                world.update_customer(api, row["id"], updated_datetime=moment.isoformat() if is_dated else None)
            case "move":
                world.update_customer(
                    api,
                    row["id"],
                    **{"customer-since": self._moment(sandbox, rows, "customer-since", edges).isoformat()},
                )

    def _apply_to_custom_fields(self, sandbox: Sandbox) -> None:
        world = sandbox.world
        rows = world.custom_fields()
        if self.verb == "field":
            world.add_custom_fields(1, "Customer" if (self.row or 0) % 2 else "Ticket")
        elif self.verb == "unfield" and rows:
            world.delete_custom_field(_pick(rows, self.row)["id"])

    def _apply_to_desk(self, sandbox: Sandbox) -> None:
        world = sandbox.world
        tickets, messages = world.rows("support/tickets"), world.rows("support/messages")
        match self.verb:
            case "add":
                world.add_tickets()
            case "touch" if tickets:
                world.close_ticket(_pick(tickets, self.row)["id"])
            case "reissue" if tickets:
                world.reopen_ticket(_pick(tickets, self.row)["id"])
            case "restate" if messages:
                world.open_message(_pick(messages, self.row)["id"])

    def _moment(self, sandbox: Sandbox, rows: list[dict[str, Any]], field: str, edges: Edges) -> datetime:
        now = sandbox.world.clock.now()
        instants = [_instant(row[field]) for row in rows if row[field] is not None]
        past = [instant for instant in instants if instant <= now]
        match self.anchor:
            case "row" if instants:
                return instants[(self.row or 0) % len(instants)] + self.by
            case "newest" if past:
                return max(past) + self.by
        return edges.get(self.anchor, now) + self.by


def _pick(rows: list[dict[str, Any]], row: int | None) -> dict[str, Any]:
    return rows[(row or 0) % len(rows)]


def _instant(text: str) -> datetime:
    # Python 3.10 reads neither `Z` nor `+0000`.
    text = text.replace("Z", "+00:00").replace("+0000", "+00:00")
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


OFFSETS = st.sampled_from(
    [
        # Mistakes are made just where a promise begins or ends.
        *[timedelta()] * 6,
        *(sign * span for span in (_SECOND, _MINUTE, _HOUR, _DAY, 2 * _DAY) for sign in (-1, 1)),
        *(days * _DAY for days in (-30, -90, -400, 40, 300_000)),
    ]
)
PASSING = st.sampled_from([timedelta(microseconds=1), _SECOND, 11 * _MINUTE, _DAY, 35 * _DAY, 100 * _DAY])
ROWS = st.integers(0, 30)
ANCHORS: st.SearchStrategy[Anchor] = st.sampled_from(["floor", "start", "end", "newest", "row", "now"])

STEPS = st.builds(Change, st.just("advance"), by=PASSING)
SMALL = st.builds(Change, st.sampled_from(["touch", "restate", "delete", "reissue", "field", "unfield"]), ROWS)
ADDED = st.builds(Change, st.just("add"), ROWS, OFFSETS, ANCHORS)
MOVED = st.builds(Change, st.sampled_from(["move", "cancel"]), ROWS, OFFSETS, ANCHORS)
DATED = ADDED | MOVED

# While a run goes on: anything, to any row, and to the very one by which the next page is asked for.
MEANWHILE = (
    DATED
    | SMALL
    | STEPS
    | st.builds(Change, st.just("move"), st.none(), OFFSETS, ANCHORS)
    | st.builds(Change, st.sampled_from(["restate", "delete", "reissue"]), st.none())
)
