"""A short text for an account's name that databases, schedulers and clusters take as a name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

LONGEST_LABEL: Final = 32
"""An id, with group and window behind the label, has 63 characters at most: PostgreSQL and Kubernetes take these."""

_DIGITS: Final = 10
_PLAIN: Final = re.compile(rf"[a-z0-9](?:[a-z0-9_]{{0,{LONGEST_LABEL - 2}}}[a-z0-9])?")
_LIKE_HASHED: Final = re.compile(rf".*_[0-9a-f]{{{_DIGITS}}}")
_NO_LETTER: Final = re.compile(r"[^a-z0-9]+")


def label_of(name: str) -> str:
    """Return the label of a name: lower-case letters, digits and underscores, the same at every time.

    A name of such characters is its own label. Any other one is folded, and ends in a hash of the name: `Acme` and
    `ACME` are different accounts.

    Args:
        name: The name of an account.
    """
    # A name that looks like a folded one is folded, too, so that no two names meet.
    if _PLAIN.fullmatch(name) and not _LIKE_HASHED.fullmatch(name):
        return name
    digits = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    folded = _NO_LETTER.sub("_", plain)[: LONGEST_LABEL - _DIGITS - 1].strip("_")
    return f"{folded or 'account'}_{digits}"
