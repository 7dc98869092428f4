"""Whatever the reader of the tap's stdout does, no line is lost or cut, and the next run brings what is missing."""

from __future__ import annotations

import json
import os
import time
from decimal import Decimal
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any

import pytest
from analytics_sandbox import Sandbox

from tests.faults.runs import catalog_of
from tests.integration.truth import records_of
from tests.laws.pipes import ENDS, Piped, Reader
from tests.singer import Tables

if TYPE_CHECKING:
    from pathlib import Path

    from analytics_sandbox.manners import Api

    from tests.singer import Message, Tap

CODES = {"eof": 0, "close": 1, "SIGTERM": 143, "SIGINT": 130, "SIGKILL": 137}
"""The exit codes, as a shell tells them: a signal while Python ends, when all is written, is nobody's to handle."""
STREAMS: dict[Api, tuple[str, ...]] = {"subscription": ("customers", "activities"), "support": ("customers",)}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_whatever_the_reader_does(tap: Tap, seed: int) -> None:
    disturb(tap.folder, seed, runs=2)


@pytest.mark.long
def test_nothing_is_lost_whatever_the_reader_does_at_length(tap: Tap) -> None:
    """As often as there is time for; PIPE_SECONDS says for how long, PIPE_SEED which seed comes first."""
    first = int(os.environ.get("PIPE_SEED", SystemRandom().randrange(10**6)))
    ends = time.monotonic() + float(os.environ.get("PIPE_SECONDS", "60"))
    seed = first
    while seed == first or time.monotonic() < ends:
        disturb(tap.folder, seed, runs=5)
        seed += 1
    print(f"{seed - first} seeds from {first}")  # noqa: T201 - pytest -s shows it


def disturb(folder: Path, seed: int, runs: int) -> None:
    """Run the tap some times under a reader that ends it in one way or another, and once to its end.

    Raises:
        AssertionError: Something was lost, or cut, or told wrongly.
    """
    print(f"seed {seed}")  # noqa: T201 - pytest shows it with a failure
    rng = Random(seed)  # noqa: S311 - nothing secret
    api: Api = rng.choice(["subscription", "support"])
    with Sandbox(seed=seed, size=rng.randint(10, 40)) as sandbox:
        _make_some_large(sandbox, api, rng)
        truth = _truth(sandbox, api)
        config = {**getattr(sandbox, f"{api}_config"), "requests_per_second": 10_000, "page_size": rng.randint(5, 50)}
        environment = {"PYTHONUNBUFFERED": rng.choice(["", "1", "1"])}
        catalog = catalog_of(config, *STREAMS[api])
        tables, state = Tables(), None
        size = sum(len(json.dumps(row, default=str)) for rows in truth.values() for row in rows)
        for run in range(runs + 1):
            end = "eof" if run == runs else rng.choice(ENDS)
            reader = Reader(rng, end, int(size * rng.random() ** 2))
            piped = reader.run(
                folder, _arguments(folder, config, catalog, state), environment, blocks=rng.random() < 0.5
            )
            messages, is_whole = _checked(piped), state is None
            tables.load(messages)
            states = [message["value"] for message in messages if message["type"] == "STATE"]
            state = states[-1] if states else state
            if piped.end == "eof" and is_whole:
                _hold_to(truth, messages)
    for stream, rows in truth.items():
        assert tables.rows(stream) == rows, f"{stream}: not what the source has"


def _make_some_large(sandbox: Sandbox, api: Api, rng: Random) -> None:
    """Give some rows the size of many pipes."""
    keys = [row["id"] for row in sandbox.world.customers(api)]
    for key in rng.sample(keys, len(keys) // 4):
        sandbox.world.update_customer(api, key, name="x" * rng.randint(1000, 200_000))
    if api == "subscription":
        for row in rng.sample(sandbox.world.activities(), len(keys) // 4):
            sandbox.world.restate_activity(row["uuid"], description="é" * rng.randint(1000, 200_000))


def _truth(sandbox: Sandbox, api: Api) -> dict[str, list[dict[str, Any]]]:
    raws = {"customers": (sandbox.world.customers(api), "id"), "activities": (sandbox.world.activities(), "uuid")}
    return {
        stream: [{**record, "_rescued_data": None} for record in records_of(*raws[stream])] for stream in STREAMS[api]
    }


def _arguments(folder: Path, config: dict[str, Any], catalog: dict[str, Any], state: object) -> list[str]:
    arguments = []
    for name, content in (("config", config), ("catalog", catalog), ("state", state)):
        if content is not None:
            file = folder / f"{name}.json"
            file.write_text(json.dumps(content))
            arguments += [f"--{name}", str(file)]
    return arguments


def _checked(piped: Piped) -> list[Message]:
    """Return a run's messages, once it is sure that it ended as it should."""
    told = f"{piped.end}: exit code {piped.exit_code}, {len(piped.lines)} lines\n{piped.stderr}"
    # Whoever ends it comes too late if it has just been done.
    exit_code = piped.exit_code if piped.exit_code >= 0 else 128 - piped.exit_code
    assert exit_code in {CODES[piped.end], 0}, told
    assert "Traceback" not in piped.stderr, told
    if piped.end in {"eof", "SIGTERM", "SIGINT"}:
        assert not piped.rest, f"a line was cut: {piped.rest[-100:]!r}, {told}"
    return [json.loads(line, parse_float=Decimal) for line in piped.lines]


def _hold_to(truth: dict[str, list[dict[str, Any]]], messages: list[Message]) -> None:
    """See whether a whole read brought every row; a list that comes newest first is read twice at its front."""
    for stream, rows in truth.items():
        records = [m["record"] for m in messages if m["type"] == "RECORD" and m["stream"] == stream]
        assert all(row in records for row in rows), f"{stream}: a whole read left something out"
        assert all(record in rows for record in records), f"{stream}: a record is not what the source has"
