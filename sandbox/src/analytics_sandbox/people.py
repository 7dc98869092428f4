"""Names and other raw material that both APIs' data are made of."""
# ruff: noqa: S311 - the data have to be the same each time, not secret

from __future__ import annotations

import random
import re
import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics_sandbox.wire import Row

T = TypeVar("T")


class Place(NamedTuple):
    """Where a customer is. What is unknown is "" here and null there, as in the services' answers.

    Attributes:
        code: The country's code.
        country: The country.
        state_code: The state's code.
        state: The state.
        city: The city.
        postal_code: The postal code.
        currency: The currency that customers pay in there.
        legal_form: What stands behind a company's name.
    """

    code: str
    country: str
    state_code: str | None
    state: str | None
    city: str
    postal_code: str
    currency: str
    legal_form: str


_BERLIN = Place("DE", "Germany", "BE", "Berlin", "Berlin", "10115", "EUR", " GmbH")
_MUNICH = Place("DE", "Germany", "BY", "Bayern", "München", "80331", "EUR", " GmbH")
_COLOGNE = Place("DE", "Germany", "NW", "Nordrhein-Westfalen", "Köln", "50667", "EUR", " KG")
_VIENNA = Place("AT", "Austria", "", "", "Wien", "1010", "EUR", " GmbH")
_LYON = Place("FR", "France", "", "", "Lyon", "69001", "EUR", " SARL")
_PARIS = Place("FR", "France", "", "", "Paris", "75011", "EUR", " SAS")
_MADRID = Place("ES", "Spain", "M", "Madrid", "Madrid", "28004", "EUR", " S.L.")
_UTRECHT = Place("NL", "Netherlands", "UT", "Utrecht", "Utrecht", "3511", "EUR", " B.V.")
_PORTLAND = Place("US", "United States", "OR", "Oregon", "Portland", "97201", "USD", ", Inc.")
_AUSTIN = Place("US", "United States", "TX", "Texas", "Austin", "78701", "USD", " LLC")
_OSAKA = Place("JP", "Japan", None, None, "大阪市", "530-0001", "USD", " K.K.")
_SAO_PAULO = Place("BR", "Brazil", "SP", "São Paulo", "São Paulo", "01000-000", "USD", " Ltda.")

_PLACES = (
    *(_BERLIN, _PORTLAND, _MUNICH, _LYON, _BERLIN, _AUSTIN, _UTRECHT, _COLOGNE, _PARIS, _BERLIN),
    *(_PORTLAND, _MUNICH, _MADRID, _VIENNA, _COLOGNE, _OSAKA, _LYON, _AUSTIN, _SAO_PAULO, _MUNICH),
)
"""Each as often as there are customers there, of twenty."""

_NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "DE": (
        ("Anna", "Björn", "Jürgen", "Katrin", "Lena", "Matthias", "Sören", "Ute", "Fatima", "Dmitri"),
        ("Fischer", "Groß", "Hoffmann", "Krüger", "Lange", "Müller", "Öz", "Schäfer", "Vogel", "Weiß", "Ivanova"),
    ),
    "FR": (
        ("Chloé", "Hugo", "Inès", "Jérôme", "Léa", "Mathieu", "Noémie", "Théo"),
        ("Bernard", "D'Arcy", "Girard", "Haddad", "Lefèvre", "Moreau", "Petit"),
    ),
    "ES": (("Carmen", "Héctor", "Íñigo", "Lucía"), ("Castillo", "García", "Núñez", "Ruiz")),
    "NL": (("Anouk", "Bram", "Femke", "Joris"), ("de Vries", "Jansen", "van Dijk", "Visser")),
    "US": (
        ("Ada", "Ben", "Emily", "Grace", "Jack", "Kwame", "Maya", "Olivia", "Sam", "Eun-ji"),
        ("Ångström", "Brown", "Carter", "Evans", "Kim", "Miller", "O'Neill", "Reed", "Taylor"),
    ),
    "JP": (("健|ken", "陽子|yoko", "美咲|misaki"), ("佐藤|sato", "鈴木|suzuki", "王|wang")),
    "BR": (("Beatriz", "João", "Rafael"), ("Araújo", "Conceição", "Souza")),
}
"""First and last names by country; what has no Latin letters stands before those for an address."""
_NAMES["AT"] = _NAMES["DE"]

_FIRST_WORDS = (
    *("Birch", "Copper", "Fjord", "Lantern", "Meadow", "Quartz", "Rivière", "Saltworks", "Alder", "Bluebell"),
    *("Cobalt", "Driftwood", "Elm", "Foxglove", "Granit", "Harbour", "Indigo", "Juniper", "Kestrel", "Linden"),
    *("Morgen", "Nordwind", "Olive", "Pebble", "Raven", "Sommer", "Thistle", "Umbra", "Velvet"),
)
_SECOND_WORDS = (
    *("Coffee", "Bikes", "Labs", "Outdoor", "Ceramics", "Books", "Toys", "Kitchen", "Wool", "Paper", "Tea"),
    *("Optics", "Sports", "Music", "Garden", "Soap", "Wine", "Shoes", "Lighting", "Prints", "& Sons", "Bakery"),
)
FREE_MAIL = ("mail.example.com", "post.example.net", "inbox.example.org")
"""Where people without a company have their addresses."""

_SPREAD = 2654435761
"""Turns neighbouring numbers into numbers far apart."""


def source(*parts: object) -> random.Random:
    """A source of randomness that gives the same for the same parts, on every machine."""
    return random.Random("/".join(map(str, parts)))


def identifier(rng: random.Random) -> str:
    """A UUID of version 4."""
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def pick(rng: random.Random, choices: Sequence[T]) -> T:
    """One of some things, much faster than `rng.choice`."""
    return choices[int(rng.random() * len(choices))]


def moment(rng: random.Random, first: datetime, last: datetime) -> datetime:
    """An instant in whole seconds, at `first` or later and before `last`."""
    return first + timedelta(seconds=rng.randrange(max(1, int((last - first).total_seconds()))))


def free_form(rng: random.Random) -> Row:
    """What users keep in free-form objects: everything that a loader can stumble over."""
    return {
        "Toggle": rng.random() < 0.5,  # noqa: PLR2004 - a coin
        "plan-tier.v2": pick(rng, ("gold", "silver", "")),
        "größe ✓": "naïve 数据 \N{PARTY POPPER}",
        "scores": [[int(rng.random() * 9), [int(rng.random() * 9)]], [], [None, {"deep.key-1": "x"}]],
        str(rng.randrange(10_000, 100_000)): {"id": rng.randrange(10_000), "note": 'said "no"\n\tand\\left'},
        "big": 2**70 + rng.getrandbits(64),
        "ratio": Decimal(f"0.{rng.getrandbits(90) | 1:028d}"),
    }


class Person(NamedTuple):
    """Somebody who works for a customer.

    Attributes:
        first: The first name.
        last: The last name.
        email: The e-mail address.
        company: The customer's company.
        domain: Its domain.
        place: Where it is.
    """

    first: str
    last: str
    email: str
    company: str
    domain: str
    place: Place


@lru_cache(maxsize=4096)
def person(number: int) -> Person:
    """Who the first contact of a subscription customer is.

    Args:
        number: Which customer this is, from 0.
    """
    mixed = number * _SPREAD % 2**32
    place = _PLACES[number * 7 % len(_PLACES)]
    first_names, last_names = _NAMES[place.code]
    first, last = first_names[(mixed >> 8) % len(first_names)], last_names[(mixed >> 16) % len(last_names)]
    # 29 first and 22 second words have no common divisor: a pair comes again after 638 customers.
    pair = f"{_FIRST_WORDS[number % len(_FIRST_WORDS)]} {_SECOND_WORDS[number % len(_SECOND_WORDS)]}"
    again = number // (len(_FIRST_WORDS) * len(_SECOND_WORDS))
    company = f"{pair}{f' {again + 1}' if again else ''}{place.legal_form}"
    domain = f"{_in_address(pair).replace('.', '-')}{again + 1 if again else ''}.example"
    email = f"{_in_address(first)}.{_in_address(last)}@{domain}"
    return Person(first.partition("|")[0], last.partition("|")[0], email, company, domain, place)


def writer(number: int) -> Person:
    """Who writes to the support desk for a customer, under the address that the desk knows.

    Of ten, seven write from the address that the subscription API knows, one of these in other letters; one from a
    shared address of the company, one is a colleague, and one is unknown to the subscription API.

    Args:
        number: Which customer this is, from 0.
    """
    known = person(number)
    kind = number % 10
    match kind:
        case 6:
            name, _, domain = known.email.partition("@")
            return known._replace(email=f"{name.title()}@{domain.capitalize()}")
        case 7:
            return known._replace(email=f"office@{known.domain}")
        case 8:
            other = person(number + 1000)
            return known._replace(
                first=other.first, last=other.last, email=f"{other.email.partition('@')[0]}@{known.domain}"
            )
        case 9:
            other = person(number + 2000)
            host = FREE_MAIL[number // 10 % len(FREE_MAIL)]
            return other._replace(email=f"{other.email.partition('@')[0]}{number}@{host}", company="", domain=host)
        case _:
            return known


@lru_cache(maxsize=1024)
def _in_address(text: str) -> str:
    """The letters of a text that an address can have."""
    text = text.rpartition("|")[2].replace("ß", "ss").replace("ø", "o").replace("ä", "ae").replace("&", "and")
    plain = unicodedata.normalize("NFKD", text.replace("ö", "oe").replace("ü", "ue").replace("Ö", "Oe"))
    return re.sub("[^a-z]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")
