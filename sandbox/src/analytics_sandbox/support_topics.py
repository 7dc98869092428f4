"""What people ask the support desk about, how it is labelled, and who takes care of it."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from random import Random


class Topic(NamedTuple):
    """Something that people ask about.

    Attributes:
        weight: How often, compared to the others.
        tags: The labels of such a ticket, by number.
        team: The team that it goes to, by number.
        effort: How much longer it takes than others.
        subjects: What people write above it.
    """

    weight: float
    tags: tuple[int, ...]
    team: int
    effort: float
    subjects: tuple[str, ...]


TAGS: Final = (
    *("how-to", "billing", "bug", "login", "integration", "import", "feature-request", "refund", "cancellation"),
    *("urgent", "vip", "onboarding", "größer", "api", "mobile", "data-export", "gdpr", "partner", "tag-old"),
)
"""The labels, the most used first; the last one has been deleted."""

TEAMS: Final = ("First line", "Billing", "Technical")
MEMBERS: Final = ((1, 3, 0), (2, 4), (1, 4, 6))
"""For each team its users, by number."""

_AGENTS: Final = (((1, 3, 0), (6, 3, 1)), ((2, 4), (6, 3)), ((1, 4), (3, 5)))
"""For each team who answers, by number, and how often each does."""

SPEED: Final = {0: 1.5, 1: 0.75, 2: 1.0, 3: 1.25, 4: 1.1}
"""How long each user who answers takes, compared to others."""

_TOPICS: Final = (
    Topic(24, (0,), 0, 0.7, ("How do I add a user?", "Where do I change the VAT number?", "Question about reports")),
    Topic(17, (1,), 1, 0.8, ("Invoice for last month is missing", "Wrong address on our invoice", "Größe des Tarifs")),
    Topic(14, (2,), 2, 2.2, ("Stock level is wrong since today", "Error 500\ton save", "Report does not load")),
    Topic(12, (3,), 0, 0.4, ("Cannot log in", "Password reset does not arrive", "Two-factor code is refused")),
    Topic(9, (4,), 2, 1.8, ("Shop is not connected any more", "Orders arrive twice", "Re: 数据")),
    Topic(7, (5,), 2, 1.4, ("CSV import fails", "Umlauts are broken after the import", "")),
    Topic(6, (6,), 0, 1.0, ("Could you add a dark mode?", "Please add barcode labels", "Idea: stock per shelf")),
    Topic(4, (1, 7), 1, 1.2, ('Refund "now"', "We were charged twice")),
    Topic(4, (8,), 1, 0.9, ("Please cancel our subscription", "How do we end the trial?")),
    Topic(3, (11, 0), 0, 0.9, ("Set-up call", "Training for two colleagues")),
)
_WEIGHTS: Final = list(accumulate(topic.weight for topic in _TOPICS))
_EFFORTS: Final = {subject: topic.effort for topic in _TOPICS for subject in topic.subjects}
_MORE_TAGS, _NO_TAGS = 0.22, 0.12
_FIRST_RARE = 9


def topic(rng: Random) -> Topic:
    """What a ticket is about."""
    return rng.choices(_TOPICS, cum_weights=_WEIGHTS)[0]


def tags_of(rng: Random, about: Topic) -> list[int]:
    """The labels of a ticket, by number, in their order."""
    if rng.random() < _NO_TAGS:
        return []
    if rng.random() >= _MORE_TAGS:
        return sorted(about.tags)
    # A long tail: the later a label in the list, the rarer.
    rare = _FIRST_RARE + int((len(TAGS) - _FIRST_RARE) * rng.random() ** 2)
    return sorted({*about.tags, rare})


def agent_of(rng: Random, team: int) -> int:
    """Who of a team takes a ticket, by number."""
    agents, weights = _AGENTS[team]
    return rng.choices(agents, weights)[0]


def effort_of(subject: str) -> float:
    """How much longer a ticket takes than others, by what stands above it."""
    return _EFFORTS[subject]
