"""Links between the Markdown files of the repository, as GitHub follows them."""

from __future__ import annotations

import os
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

from tools.site.conf import copy_pictures
from tools.site.navigation import documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
NOT_OURS = {"build", "dist", "output", "site"}


def markdown_files() -> Iterator[Path]:
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in NOT_OURS]
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(".md"))


FILES = list(markdown_files())


@cache
def tokens(file: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(file.read_text(encoding="utf-8"))


@cache
def anchors(file: Path) -> set[str]:
    """Return the names that GitHub gives to the headings of a file."""
    found: set[str] = set()
    seen: Counter[str] = Counter()
    parsed = tokens(file)
    for opening, inline in pairwise(parsed):
        if opening.type == "heading_open":
            text = "".join(part.content for part in inline.children or [])
            name = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            found.add(f"{name}-{seen[name]}" if seen[name] else name)
            seen[name] += 1
    return found


def links(file: Path) -> Iterator[str]:
    for token in tokens(file):
        for part in token.children or []:
            address = part.attrs.get("href") or part.attrs.get("src")
            if isinstance(address, str):
                yield address


def test_there_are_files_with_links() -> None:
    assert ROOT / "README.md" in FILES
    assert sum(1 for _ in links(ROOT / "README.md")) > 10


def test_each_link_leads_to_a_file_and_a_heading_that_exist() -> None:
    broken = [
        f"{file.relative_to(ROOT)}: {address}" for file in FILES for address in links(file) if is_dead(file, address)
    ]
    assert not broken


def is_dead(file: Path, address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return False
    target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    return not target.exists() or bool(parts.fragment and parts.fragment not in anchors(target))


def test_each_file_has_a_place_in_the_navigation_of_the_site() -> None:
    files = {file.relative_to(ROOT).as_posix() for file in FILES}
    assert files - set(documents()) == set(), "add it to tools/site/navigation.py"


def test_the_site_has_each_picture_that_a_page_shows_with_html(tmp_path: Path) -> None:
    copy_pictures(ROOT, tmp_path)
    shown = {
        (path.parent / address).as_posix()
        for path in map(Path, documents())
        for token in tokens(ROOT / path)
        if token.type == "html_block"
        for address in re.findall(r'(?:src|srcset)="([^":]+)"', token.content)
    }
    assert shown
    assert [picture for picture in sorted(shown) if not (tmp_path / picture).is_file()] == []
