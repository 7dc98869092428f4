"""The pages of the documentation site, in the order of its navigation."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

HOME: Final = "README.md"

NAVIGATION: Final = {
    "Start": [
        "docs/getting-started.md",
        "docs/coming-from.md",
    ],
    "Services": [
        "docs/subscription.md",
        "docs/support.md",
    ],
    "Data": [
        "docs/streams.md",
        "docs/records.md",
        "docs/selecting-streams.md",
        "docs/incremental.md",
        "docs/models.md",
        "docs/questions.md",
    ],
    "Operation": [
        "docs/settings.md",
        "docs/operating.md",
        "docs/several-accounts.md",
        "docs/targets.md",
        "docs/scaling-out.md",
        "orchestration/airflow/README.md",
        "docs/reliability.md",
        "docs/performance.md",
    ],
    "Other APIs": [
        "docs/declared-resources.md",
        "docs/declared-words.md",
    ],
    "Project": [
        "CONTRIBUTING.md",
        "sandbox/README.md",
        "dbt/README.md",
        "benchmarks/README.md",
        "CHANGELOG.md",
    ],
}
"""Paths of pages, by the heading above them. One that does not exist yet is left out."""

BELOW: Final = {
    "docs/subscription.md": "docs/streams/subscription/*.md",
    "docs/support.md": "docs/streams/support/*.md",
}
"""Patterns of the pages that stand below another one."""


def pages() -> dict[str, list[str]]:
    """Return the pages that exist, by the heading above them."""
    return {caption: [path for path in paths if (ROOT / path).exists()] for caption, paths in NAVIGATION.items()}


def documents() -> list[str]:
    """Return the paths of all pages, those below other pages included."""
    listed = [path for paths in pages().values() for path in paths]
    below = (path.relative_to(ROOT).as_posix() for pattern in BELOW.values() for path in ROOT.glob(pattern))
    return [HOME, *listed, *sorted(below)]
