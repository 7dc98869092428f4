"""The queries of the page of questions."""

from __future__ import annotations

import re
from pathlib import Path

_PAGE = Path(__file__).parents[3] / "docs" / "questions.md"
_QUESTION = re.compile(r"^## \d+\. ([^\n]+)\n.*?```sql\n(.*?)```", re.MULTILINE | re.DOTALL)


def questions() -> dict[str, str]:
    """Return the query of each question."""
    return dict(_QUESTION.findall(_PAGE.read_text(encoding="utf-8")))
