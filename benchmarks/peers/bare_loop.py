"""No framework: ask for a page, decode it, write its records, ask for the next one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec
import requests


def main() -> None:
    """Read what the configuration file names."""
    config = json.loads(Path(sys.argv[-1]).read_text(encoding="utf-8"))
    session = requests.Session()
    session.auth = ("key", "key")
    encode = msgspec.json.Encoder().encode
    decode = msgspec.json.Decoder().decode
    for stream in config["streams"]:
        params = {"per_page": 200}
        more = True
        while more:
            answer = session.get(f"{config['api_url']}/v1/{stream}", params=params, timeout=60)
            answer.raise_for_status()
            page = decode(answer.content)
            sys.stdout.buffer.writelines(
                encode({"type": "RECORD", "stream": stream, "record": record}) + b"\n" for record in page["entries"]
            )
            more = page["has_more"]
            if stream == "customers":
                params["cursor"] = page["cursor"]
            elif more:
                params["start-after"] = page["entries"][-1]["uuid"]


if __name__ == "__main__":
    main()
