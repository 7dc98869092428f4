"""The account that the key belongs to."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from tap_analytics.apis.subscription.account_calendar import AccountCalendar
from tap_analytics.apis.subscription.client import SubscriptionStream
from tap_analytics.errors import StreamError
from tap_analytics.paging.paginators import SinglePage
from tap_analytics.paging.placeholders import NO_VALUES
from tap_analytics.paging.selectors import WholeBody
from tap_analytics.sync.shared_answers import SharedAnswer

if TYPE_CHECKING:
    from collections.abc import Generator

    from singer_sdk import Tap

    from tap_analytics.http.session import ApiSession
    from tap_analytics.paging.page import Page
    from tap_analytics.paging.page_token import Params
    from tap_analytics.paging.placeholders import Values

_SETTINGS: Final = (
    "churn_recognition",
    "churn_when_zero_mrr",
    "auto_churn_subscription",
    "refund_handling",
    "proximate_movement_reclassification",
)
"""What the service tells only if it is asked for it by name."""


class Account(SubscriptionStream):
    """The account that the key belongs to."""

    name = "account"
    path = "/account"
    primary_keys = ("id",)
    records = WholeBody()
    paginator = SinglePage()
    fixed_params = {"include": ",".join(_SETTINGS)}  # noqa: RUF012
    key_fallbacks = {"id": "name"}  # noqa: RUF012 - older answers have no id

    def __init__(self, tap: Tap, session: ApiSession) -> None:
        super().__init__(tap, session)
        self._answer = SharedAnswer(lambda: self.fetch(self.params))

    def calendar(self) -> AccountCalendar:
        """Return the account's time zone and week.

        Raises:
            StreamError: The account cannot be read, for another reason than that the key may not.
        """
        try:
            account = self._answer.get().body
        except StreamError as error:
            if error.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
                raise
            self.warn(f"the account cannot be read ({error.status}); days are UTC's, weeks begin on Monday")
            account = {}
        return AccountCalendar.of(account, self.warn)

    @override
    def pages(self, params: Params, values: Values = NO_VALUES) -> Generator[Page]:
        yield self._answer.get()
