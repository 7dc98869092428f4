"""Count what a reader writes: `python -m benchmarks.tally COMMAND`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def tally(output: Iterable[bytes]) -> tuple[Counter[str], dict[str, int]]:
    """Count what is in an output of messages.

    Args:
        output: Lines of Singer's or of Airbyte's messages, or one that only says how many records there were.

    Returns:
        The number of records by stream, and the number of distinct keys by stream.
    """
    counts: Counter[str] = Counter()
    keys: dict[str, set[object]] = defaultdict(set)
    for line in output:
        message = json.loads(line)
        match message["type"]:
            case "COUNTS":
                counts.update(message["counts"])
            case "RECORD":
                record = message["record"]
                # Airbyte's messages have the stream one level further down.
                stream, row = (message["stream"], record) if "stream" in message else (record["stream"], record["data"])
                counts[stream] += 1
                if (key := "uuid" if stream == "activities" else "id") in row:
                    keys[stream].add(row[key])
    return counts, {stream: len(found) for stream, found in keys.items()}


def main() -> int:
    """Run a command and count what it writes.

    Returns:
        The command's exit code.
    """
    with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE) as process:  # noqa: S603 - a contestant
        told = tally(process.stdout or ())
    sys.stdout.write(json.dumps(told))
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
