"""What has come of the shards, looked up in the warehouse and compared with what the sandboxes have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.airflow.accounts import GROUPS, REFUSED

if TYPE_CHECKING:
    from demo.database import Database
    from orchestration.airflow.accounts import Fleet


_STREAMS = [stream for group in GROUPS for stream in group.partition("=")[2].split(",")]


class Outcome:
    """What has come of the shards.

    Args:
        accounts: The accounts.
        warehouse: Where the rows are.
    """

    def __init__(self, accounts: Fleet, warehouse: Database) -> None:
        self._fleet = accounts
        self._warehouse = warehouse

    def done(self) -> dict[str, list[bool]]:
        """Return for each account which of its shards are done, in the order of the groups."""
        done = set()
        if self._warehouse.tables("tap_shards"):
            rows = self._warehouse.query("select id from tap_shards.shard where done_by is not null")
            done = {row["id"] for row in rows}
        groups = [group.partition("=")[0] for group in GROUPS]
        return {name: [f"{label}.{group}" in done for group in groups] for name, label in self._fleet.labels.items()}

    def faults(self) -> list[str]:
        """Return what should have come of the shards otherwise."""
        faults = [
            f"shards of {name}: done are {shards}"
            for name, shards in self.done().items()
            if shards != [name != REFUSED] * len(GROUPS)
        ]
        for name, schema in self._fleet.schemas.items():
            found = {table: len(self._warehouse.rows(schema, table)) for table in self._warehouse.tables(schema)}
            truth = self._fleet.sandboxes[name].world.truth("subscription")
            # The metrics are no lists of the sandbox's. Tables are made before the first row comes.
            expected = {stream: 0 if name == REFUSED else len(truth[stream]) for stream in _STREAMS if stream in truth}
            known = {stream: found.get(stream, 0) for stream in expected}
            if known != expected:
                faults.append(f"{schema} has {known}, and {expected} is right")
        return faults

    def rows(self) -> int:
        """Return how many rows there are."""
        schemas = self._fleet.schemas.values()
        return sum(
            len(self._warehouse.rows(schema, table)) for schema in schemas for table in self._warehouse.tables(schema)
        )
