"""What is measured, by subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measures.cpu import PerRecord, PipeAndStart, Variants, WholeRun
from benchmarks.measures.memory import Memory, StalledTarget
from benchmarks.measures.pipelines import Pipelines
from benchmarks.measures.requests import Requests
from benchmarks.measures.waiting import Backfill, TwelveChains

if TYPE_CHECKING:
    from benchmarks.figures import Measure

MEASURES: dict[int, type[Measure]] = {
    1: PerRecord,
    2: Variants,
    3: WholeRun,
    4: PipeAndStart,
    5: TwelveChains,
    6: Backfill,
    7: Requests,
    8: Memory,
    9: StalledTarget,
    10: Pipelines,
}
