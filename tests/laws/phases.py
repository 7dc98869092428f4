"""What is done with an example that breaks a law."""

from __future__ import annotations

import os
from typing import Final

from hypothesis import Phase

PHASES: Final = tuple(phase for phase in Phase if phase is not Phase.shrink or "SHRINK" in os.environ)
"""All but the search for a shorter example, which takes many minutes; the variable SHRINK asks for it."""
