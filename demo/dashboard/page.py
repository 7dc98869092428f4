"""Put the whole into one HTML file that loads nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined

from demo.dashboard import invoices, revenue, risk, support
from demo.dashboard.drawing import FONT, dress
from demo.dashboard.headlines import headlines

if TYPE_CHECKING:
    from demo.dashboard.marts import Marts

PANELS = (
    revenue.recurring_revenue,
    revenue.movements,
    revenue.retention,
    revenue.plans,
    invoices.unpaid,
    risk.at_risk,
    support.load,
    support.waiting,
)


def render(marts: Marts, source: str) -> str:
    """Return the page.

    Args:
        marts: The rows to draw.
        source: Where they come from, in a few words.
    """
    panels = [draw(marts) for draw in PANELS]
    environment = Environment(
        loader=PackageLoader("demo.dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        today=marts.today,
        source=source,
        font=FONT,
        headlines=headlines(marts),
        panels=panels,
        specs={panel.name: dress(panel.chart) for panel in panels},
        # The renderers of the charts; a closing tag in their code would end the script.
        library=vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").replace("</script", r"<\/script"),
    )
