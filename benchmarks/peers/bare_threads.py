"""The bare loop in threads: each list in one of them, as many at a time as requests may be under way."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from benchmarks.peers.bare_loop import pages_of


def main() -> None:
    """Read what the configuration file names."""
    config = json.loads(Path(sys.argv[-1]).read_text(encoding="utf-8"))
    writing = Lock()

    def read(stream: str) -> None:
        for lines in pages_of(config["api_url"], stream):
            with writing:
                sys.stdout.buffer.writelines(lines)

    with ThreadPoolExecutor(config["in_flight"]) as pool:
        list(pool.map(read, config["streams"]))


if __name__ == "__main__":
    main()
