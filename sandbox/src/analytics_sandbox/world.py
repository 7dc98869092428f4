"""The data behind both APIs. They live: what the world does to them is what the services' users do to theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics_sandbox.subscription_world import SubscriptionWorld
from analytics_sandbox.support_desk import SupportDesk

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from analytics_sandbox.manners import Api
    from analytics_sandbox.wire import Row


class World(SubscriptionWorld, SupportDesk):
    """The data of both APIs, and what can happen to them. Every method may be called from any thread."""

    def customers(self, api: Api) -> list[Row]:
        """All customers, in the order of the API."""
        return self.rows(f"{api}/customers")

    def truth(self, api: Api) -> dict[str, list[Row]]:
        """The rows of all streams of an API but the metrics, by stream, with the keys of their parents."""
        with self.lock:
            prefix = f"{api}/"
            rows = {name[len(prefix) :]: self.rows(name) for name in self.tables.makers if name.startswith(prefix)}
            if api == "subscription":
                rows["plan_group_plans"] = self.plan_group_plans()
            else:
                rows["views_items"] = self.views_items()
                values = self.customer_custom_fields()
                rows["customer_custom_fields"] = [{**row, "field_id": row["field"]["id"]} for row in values]
            return {**rows, "account": [self.account(api)]}

    def account(self, api: Api) -> Row:
        """The account of an API."""
        return self.subscription_account() if api == "subscription" else self.support_account()

    def add_customers(self, api: Api, n: int = 1) -> list[int]:
        """Let customers come, now.

        Returns:
            Their ids.
        """
        return self.add_subscribers(n) if api == "subscription" else self.add_contacts(n)

    def update_customer(self, api: Api, id: int, **changes: Any) -> Row:  # noqa: A002 - the API's word, and its values
        """Change fields of a customer, by the API's own names; without any it only counts as touched.

        The support API's `updated_datetime` becomes now unless it is among the changes. A subscription `status` of
        `Cancelled` takes the customer out of the counts from now on, any other status takes it in again; another
        `customer-since` restates them as far back as that.

        Returns:
            The customer as it is now.

        Raises:
            KeyError: There is none of that id.
            ValueError: An instant among the changes is none; nothing has changed.
        """
        return self.update_subscriber(id, changes) if api == "subscription" else self.update_contact(id, changes)

    def delete_customer(self, api: Api, id: int) -> None:  # noqa: A002 - the API's word
        """Take a customer out; of the subscription API, with all that belongs to it.

        Raises:
            KeyError: There is none of that id.
        """
        if api == "subscription":
            self.delete_subscriber(id)
        else:
            self.delete_contact(id)

    def advance(self, by: timedelta) -> datetime:
        """Move a frozen clock.

        Returns:
            The new present.

        Raises:
            ValueError: The clock is the real one.
        """
        with self.lock:
            return self.clock.advance(by)

    def evolve(self) -> dict[str, list[Any]]:
        """Let a little of everything happen; what it is depends on the seed and on what happened before.

        Returns:
            What was done: for each kind of change the keys, as they were, of the rows concerned.
        """
        with self.lock:
            return {**self.evolve_subscription(), **self.evolve_support()}
