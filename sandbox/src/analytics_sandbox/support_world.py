"""The data of the support API: what of them is true, and what can happen to them."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from itertools import count, islice
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from analytics_sandbox import people, support_data
from analytics_sandbox.data import Data, copied
from analytics_sandbox.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from random import Random

    from analytics_sandbox.wire import Row

CUSTOMERS, CUSTOM_FIELDS = "support/customers", "support/custom_fields"
_FEWEST_FIELDS, _MOST_FIELDS = 6, 120


class SupportWorld(Data):
    """The support API's data."""

    @override
    def makers(self) -> dict[str, Callable[[], Table]]:
        return super().makers() | {CUSTOMERS: self._made_contacts, CUSTOM_FIELDS: self._made_custom_fields}

    @cached_property
    def _support_chance(self) -> Random:
        return self.chance("what happens next", "support")

    @cached_property
    def _contact_numbers(self) -> Iterator[int]:
        return count(self.size)

    @cached_property
    def _field_numbers(self) -> Iterator[int]:
        return count()

    def _made_contacts(self) -> Table:
        orders = {
            "id": lambda _row: (),
            "created_datetime": support_data.by_instant("created_datetime"),
            "updated_datetime": support_data.by_instant("updated_datetime"),
        }
        return Table("id", orders).load(self.first_contacts)

    @cached_property
    def first_contacts(self) -> list[Row]:
        """The customers that there were in the beginning."""
        rng = self.chance("support")
        return [support_data.history(rng, one, self.anchor) for one in self.subscribers]

    def _made_custom_fields(self) -> Table:
        orders = {
            "id": lambda row: (support_data.is_archived(row),),
            "priority": lambda row: (row["object_type"], support_data.is_archived(row), row["priority"]),
        }
        return Table("id", orders).load(self.first_custom_fields)

    @cached_property
    def first_custom_fields(self) -> list[Row]:
        """The custom fields that there were in the beginning."""
        rng = self.chance("support", "custom fields")
        rows = []
        for number in range(min(_MOST_FIELDS, _FEWEST_FIELDS + self.size // 10)):
            moment = people.moment(rng, self.anchor - support_data.HISTORY, self.anchor - timedelta(days=10))
            rows.append(self._new_custom_field(rng, support_data.OBJECT_TYPES[number % 2], moment))
        return rows

    def custom_fields(self, object_type: str | None = None) -> list[Row]:
        """All custom fields, or those of one type of object."""
        return [row for row in self.rows(CUSTOM_FIELDS) if object_type in {None, row["object_type"]}]

    def support_account(self) -> Row:
        """The account."""
        return copied(support_data.account(self.seed, self.anchor))

    def add_contacts(self, n: int) -> list[int]:
        """Let customers come, now.

        Returns:
            Their ids.
        """
        with self.lock:
            now = self.clock.now()
            numbers = islice(self._contact_numbers, n)
            rows = [support_data.customer(self._support_chance, number, now, now) for number in numbers]
            for row in rows:
                self.tables[CUSTOMERS].add(row)
            return [row["id"] for row in rows]

    def update_contact(self, id: int, changes: Row) -> Row:  # noqa: A002 - the API's word
        """Change fields of a customer; see `World.update_customer`."""
        with self.lock:
            changes.setdefault("updated_datetime", support_data.spelled(self._support_chance, self.clock.now()))
            return copied(self.tables[CUSTOMERS].change(id, changes))

    def delete_contact(self, id: int) -> None:  # noqa: A002 - the API's word
        """Take a customer out.

        Raises:
            KeyError: There is none of that id.
        """
        with self.lock:
            self.tables[CUSTOMERS].remove(id)

    def add_custom_fields(self, n: int = 1, object_type: str = "Ticket") -> list[int]:
        """Let an administrator add custom fields.

        Returns:
            Their ids.

        Raises:
            ValueError: `object_type` is neither `Ticket` nor `Customer`.
        """
        if object_type not in support_data.OBJECT_TYPES:
            message = f"object_type is one of {', '.join(support_data.OBJECT_TYPES)}"
            raise ValueError(message)
        with self.lock:
            table = self.tables[CUSTOM_FIELDS]
            now = self.clock.now()
            rows = [self._new_custom_field(self._support_chance, object_type, now) for _ in range(n)]
            for row in rows:
                table.add(row)
            return [row["id"] for row in rows]

    def archive_custom_field(self, id: int) -> Row:  # noqa: A002 - the API's word
        """Move a custom field to the archived ones.

        Returns:
            The field as it is now.

        Raises:
            KeyError: There is none of that id.
        """
        with self.lock:
            now = support_data.spelled(self._support_chance, self.clock.now())
            changes = {"deactivated_datetime": now, "updated_datetime": now}
            return copied(self.tables[CUSTOM_FIELDS].change(id, changes))

    def delete_custom_field(self, id: int) -> None:  # noqa: A002 - the API's word
        """Take a custom field out.

        Raises:
            KeyError: There is none of that id.
        """
        with self.lock:
            self.tables[CUSTOM_FIELDS].remove(id)

    def evolve_support(self) -> dict[str, list[Any]]:
        """Let a little of everything happen.

        Returns:
            For each kind of change the keys, as they were, of the rows concerned.
        """
        rng = self._support_chance
        return {
            "support_customers_added": self.add_contacts(2),
            "support_customers_updated": self.each(
                rng, CUSTOMERS, 4, lambda key: self.update_contact(key, {"note": "called back"})
            ),
            "support_customers_deleted": self.each(rng, CUSTOMERS, 1, self.delete_contact),
            "custom_fields_added": self.add_custom_fields(1, rng.choice(support_data.OBJECT_TYPES)),
            "custom_fields_archived": self.each(rng, CUSTOM_FIELDS, 1, self.archive_custom_field),
            "custom_fields_deleted": self.each(rng, CUSTOM_FIELDS, 1, self.delete_custom_field),
        }

    def _new_custom_field(self, rng: Random, object_type: str, moment: datetime) -> Row:
        return support_data.custom_field(rng, next(self._field_numbers), object_type, moment)
