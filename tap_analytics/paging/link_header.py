"""The addresses in a header `Link`."""

from __future__ import annotations

import re
from typing import Final

# RFC 8288. The parser in `requests` cuts an address at a semicolon, and stops at the first parameter with a "=".
_LINK: Final = re.compile(r'<([^>]*)>((?:[^,"<]|"(?:[^"\\]|\\.)*")*)')
_LINK_PARAM: Final = re.compile(r';\s*([^\s=;"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?')


def link_in(header: str, relation: str) -> str | None:
    """Return the address of a relation in a header `Link`, None if there is none."""
    for link, text in _LINK.findall(header):
        params = {name.lower(): (quoted or bare.strip("'")).lower() for name, quoted, bare in _LINK_PARAM.findall(text)}
        # Some services give a link on the last page as well, with `results="false"` to say that it leads nowhere.
        if relation.lower() in params.get("rel", "").split() and params.get("results") != "false":
            return str(link)
    return None
