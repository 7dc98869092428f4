"""The configuration of Sphinx. The root of the repository is the source folder, so a link is the same as on GitHub."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tools.site.navigation import BELOW, HOME, documents, pages

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "tap-analytics"
project_copyright = "the tap-analytics authors, Apache-2.0"
root_doc = "README"
include_patterns = documents()
exclude_patterns = ["**/.*", ".*", "site", "build", "dist", "output", "hub", "tap_analytics", "tests"]
extensions = ["myst_parser"]
# Every heading can be linked to, by the name that GitHub gives it.
myst_heading_anchors = 6
html_theme = "furo"
html_title = "tap-analytics"
html_logo = "../../hub/analytics.svg"
html_favicon = "../../hub/analytics.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options: dict[str, Any] = {"navigation_with_keys": True}
pygments_style = "friendly"
pygments_dark_style = "github-dark"

_SUFFIX: Final = ".md"


def setup(app: Sphinx) -> None:
    """Connect what follows to the events of the build."""
    app.connect("source-read", _add_navigation)
    app.connect("build-finished", _add_index)


def _add_navigation(_app: Sphinx, name: str, content: list[str]) -> None:
    """Give the home page the navigation, and a page the list of those below it."""
    if name + _SUFFIX == HOME:
        content[0] += "".join(_toctree(paths, caption) for caption, paths in pages().items())
    elif name + _SUFFIX in BELOW:
        below = [path for path in documents() if Path(path).match(BELOW[name + _SUFFIX])]
        content[0] += _toctree(below)


def _toctree(paths: list[str], caption: str = "") -> str:
    entries = "\n".join(f"/{path.removesuffix(_SUFFIX)}" for path in paths)
    title = f":caption: {caption}\n" if caption else ""
    return f"\n\n```{{toctree}}\n:hidden:\n{title}\n{entries}\n```\n"


def _add_index(app: Sphinx, failure: Exception | None) -> None:
    """Put the home page where a server looks for it, and the pictures where the pages look for them."""
    if failure is None:
        shutil.copy(app.outdir / f"{root_doc}.html", app.outdir / "index.html")
        copy_pictures(Path(app.srcdir), Path(app.outdir))


def copy_pictures(source: Path, site: Path) -> None:
    """Copy the pictures of `docs/`. Pages show them with HTML, which Sphinx does not search for files."""
    for picture in source.glob("docs/*.png"):
        target = site / picture.relative_to(source)
        target.parent.mkdir(exist_ok=True)
        shutil.copy(picture, target)
