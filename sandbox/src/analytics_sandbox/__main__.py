"""Serve the sandbox: `python -m analytics_sandbox`."""

from __future__ import annotations

import sys

from analytics_sandbox.cli import main

sys.exit(main())
