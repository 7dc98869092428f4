"""No framework: ask for a page, decode it, write its records, ask for the next one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator


def pages_of(url: str, stream: str) -> Iterator[list[bytes]]:
    """Yield the lines of a list's records, page by page."""
    session = requests.Session()
    session.auth = ("key", "key")
    encode = msgspec.json.Encoder().encode
    decode = msgspec.json.Decoder().decode
    params = {"per_page": 200}
    more = True
    while more:
        answer = session.get(f"{url}/v1/{stream}", params=params, timeout=60)
        answer.raise_for_status()
        page = decode(answer.content)
        yield [encode({"type": "RECORD", "stream": stream, "record": record}) + b"\n" for record in page["entries"]]
        more = page.get("has_more", page.get("cursor") is not None)
        if stream != "activities":
            params["cursor"] = page["cursor"]
        elif more:
            params["start-after"] = page["entries"][-1]["uuid"]


def main() -> None:
    """Read what the configuration file names."""
    config = json.loads(Path(sys.argv[-1]).read_text(encoding="utf-8"))
    for stream in config["streams"]:
        for lines in pages_of(config["api_url"], stream):
            sys.stdout.buffer.writelines(lines)


if __name__ == "__main__":
    main()
