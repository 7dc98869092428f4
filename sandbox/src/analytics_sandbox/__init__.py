"""A subscription-analytics API and a support-desk API on a loopback port, with data that lives."""

from __future__ import annotations

from analytics_sandbox.faults import Fault, Faults
from analytics_sandbox.manners import Manners
from analytics_sandbox.recording import Request
from analytics_sandbox.sandbox import Sandbox
from analytics_sandbox.world import World

__all__ = ["Fault", "Faults", "Manners", "Request", "Sandbox", "World"]
