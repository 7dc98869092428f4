"""Names and other raw material that both APIs' data are made of."""
# ruff: noqa: S311 - the data have to be the same each time, not secret

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from analytics_sandbox.wire import Row

FIRST_NAMES = ("Ada", "Björn", "Chloé", "Dmitri", "Eun-ji", "Fatima", "Grace", "Héctor", "Ines", "João", "Kwame", "李")
LAST_NAMES = ("Ångström", "Brown", "Castillo", "D'Arcy", "Evans", "Fischer", "García", "Haddad", "Ivanova", "王", "Öz")
COMPANIES = ("Birch & Sons", "Copper Kettle", "Fjord Labs", "Lantern", "Meadow Ltd.", "Quartz", "Rivière", "Saltworks")
PLACES = (
    ("DE", "Germany", "BE", "Berlin", "Berlin", "10115"),
    ("US", "United States", "OR", "Oregon", "Portland", "97201"),
    ("FR", "France", "", "", "Lyon", "69001"),
    ("JP", "Japan", None, None, "大阪市", "530-0001"),
    ("BR", "Brazil", "SP", "São Paulo", "São Paulo", "01000-000"),
)
"""Country code, country, state code, state, city, postal code: what is unknown is "" here and null there."""


def source(*parts: object) -> random.Random:
    """A source of randomness that gives the same for the same parts, on every machine."""
    return random.Random("/".join(map(str, parts)))


def identifier(rng: random.Random) -> str:
    """A UUID."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def moment(rng: random.Random, first: datetime, last: datetime) -> datetime:
    """An instant in whole seconds, at `first` or later and before `last`."""
    return first + timedelta(seconds=rng.randrange(max(1, int((last - first).total_seconds()))))


def free_form(rng: random.Random) -> Row:
    """What users keep in free-form objects: everything that a loader can stumble over."""
    return {
        "Toggle": rng.random() < 0.5,  # noqa: PLR2004 - a coin
        "plan-tier.v2": rng.choice(("gold", "silver", "")),
        "größe ✓": "naïve 数据 \N{PARTY POPPER}",
        "scores": [[rng.randrange(9), [rng.randrange(9)]], [], [None, {"deep.key-1": "x"}]],
        str(rng.randrange(10_000, 100_000)): {"id": rng.randrange(10_000), "note": 'said "no"\n\tand\\left'},
        "big": 2**70 + rng.getrandbits(64),
        "ratio": Decimal(f"0.{rng.getrandbits(90) | 1:028d}"),
    }


class Person(NamedTuple):
    """Somebody whom both services may know.

    Attributes:
        first: The first name.
        last: The last name.
        email: The e-mail address.
    """

    first: str
    last: str
    email: str


def person(number: int, side: str) -> Person:
    """Who a customer is. Two in three are the same person, with the same address, for both services.

    Args:
        number: Which customer this is, from 0.
        side: The service that knows who is not the same for both.
    """
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    last = LAST_NAMES[number * 7 % len(LAST_NAMES)]
    return Person(first, last, f"{'person' if number % 3 else side}{number}@example.com")
