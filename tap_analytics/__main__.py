"""Run the tap: `python -m tap_analytics`."""

from __future__ import annotations

from tap_analytics.tap import TapAnalytics

if __name__ == "__main__":
    TapAnalytics.cli()
