"""A page, as the machine's own Chromium shows it."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

_MARKS = """charts => {
    const isSeen = mark => {
        const { opacity, fill, stroke } = getComputedStyle(mark);
        const isDrawn = stroke !== "none" || (fill !== "none" && fill !== "rgba(0, 0, 0, 0)");
        return isDrawn && opacity > 0 && mark.getBoundingClientRect().width > 0;
    };
    return Object.fromEntries(charts.map(chart => [
        chart.dataset.chart, [...chart.querySelectorAll(".role-mark > *")].filter(isSeen).length,
    ]));
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser without a window."""
    # Chromium has no sandbox of its own for root.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        try:
            yield browser
        finally:
            browser.close()


class View:
    """A page in a window of its own, until all of its charts are drawn.

    Attributes:
        page: The page.
        complaints: What its console says.
        requests: The addresses that it asked for.

    Args:
        browser: The browser.
        file: The file of the page.
        width: The width of the window.
        colours: What the reader prefers.
    """

    def __init__(self, browser: Browser, file: Path, width: int, colours: Literal["light", "dark"]) -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page: Page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=colours)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())
        self.page.wait_for_selector("html[data-drawn]")

    def marks(self) -> dict[str, int]:
        """Return how many marks can be seen in each chart, by its name; axes are none."""
        marks: dict[str, int] = self.page.eval_on_selector_all("[data-chart]", _MARKS)
        return marks

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        root = "document.documentElement"
        return int(self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))

    def background(self) -> str:
        """Return the colour of the page's background."""
        colour: str = self.page.evaluate("getComputedStyle(document.body).backgroundColor")
        return colour
