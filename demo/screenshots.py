"""Take the README's pictures of the dashboard that `make demo` has drawn: `make screenshots`."""

from __future__ import annotations

import sys
from typing import Literal

from demo.browser import CHROMIUM, View, chromium
from demo.processes import CHECKOUT

PAGE = CHECKOUT / "output" / "dashboard.html"
PICTURES: dict[Literal["light", "dark"], str] = {"light": "docs/dashboard-light.png", "dark": "docs/dashboard-dark.png"}

_WIDTH = 1080
_LAST = "#plans"
"""What is below this chart is left out."""


def main() -> int:
    """Take them.

    Returns:
        The exit code.
    """
    missing = [what for what, there in {"Chromium": CHROMIUM, str(PAGE): PAGE.exists()}.items() if not there]
    if missing:
        sys.stderr.write(f"There is no {' and no '.join(missing)}.\n")
        return 1
    with chromium() as browser:
        for colours, picture in PICTURES.items():
            page = View(browser, PAGE, _WIDTH, colours).page
            box = page.locator(_LAST).bounding_box()
            bottom = box["y"] + box["height"] if box else _WIDTH
            page.screenshot(
                path=CHECKOUT / picture, full_page=True, clip={"x": 0, "y": 0, "width": _WIDTH, "height": bottom + 16}
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
