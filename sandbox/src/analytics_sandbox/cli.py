"""The `sandbox` command."""

from __future__ import annotations

import argparse
import json
import logging
import math
import signal
import sys
import threading
from typing import TYPE_CHECKING, get_args

from analytics_sandbox.manners import Style
from analytics_sandbox.sandbox import Sandbox
from analytics_sandbox.wire import instant

if TYPE_CHECKING:
    from collections.abc import Sequence

_EPILOG = """\
Point the tap at it with one of the configurations that are printed on start. The data change when you tell them to:
  curl -X POST http://127.0.0.1:8765/_sandbox/evolve
"""


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(
        prog="sandbox",
        description="Serve a subscription-analytics API and a support-desk API on 127.0.0.1, with made-up data.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument(
        "--port", type=int, default=8765, help="port to listen on, 0 for any that is free (%(default)s)"
    )
    options.add_argument("--seed", type=int, default=1, help="which data: the same seed gives the same (%(default)s)")
    options.add_argument("--size", type=int, default=100, help="customers of each API (%(default)s)")
    options.add_argument(
        "--style",
        choices=get_args(Style),
        default="today",
        help="today: answers as the services give them now; page: the subscription API with page numbers, as before it "
        "had cursors; sketch: answers with nothing but rows and the next page (%(default)s)",
    )
    options.add_argument("--latency", type=float, default=0.0, help="seconds each answer takes longer (%(default)s)")
    options.add_argument(
        "--rate-limit", type=_rate, metavar="N/SECONDS", help="requests that each API allows, such as 40/20 (no limit)"
    )
    options.add_argument("--now", type=instant, help="freeze the clock at this instant, in ISO 8601 (the real clock)")
    options.add_argument("--log", action="store_true", help="write each request to stderr")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM.

    Args:
        argv: The arguments, None for those of the process.

    Returns:
        The exit code.
    """
    words = vars(parser().parse_args(argv))
    if words.pop("log"):
        logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s")
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    try:
        with Sandbox(**words) as sandbox:
            sys.stdout.write(greeting(sandbox))
            sys.stdout.flush()
            stopped.wait()
    except OSError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 1
    return 0


def greeting(sandbox: Sandbox) -> str:
    """What is printed on start: where the APIs are, how to get in, and configuration to paste."""
    subscription, support = sandbox.subscription_config, sandbox.support_config
    return f"""\
Serving {sandbox.size} customers per API, stop with Ctrl+C.

Subscription API  {subscription["api_url"]}/v1
  user name       {subscription["api_key"]} (password the same, or empty)
  configuration   {json.dumps(subscription)}

Support API       {support["api_url"]}
  user name       {support["username"]}
  password        {support["password"]}
  configuration   {json.dumps(support)}

Control           {sandbox.url}/_sandbox
"""


def _rate(text: str) -> tuple[int, float]:
    requests, _, seconds = text.partition("/")
    try:
        rate = int(requests), float(seconds)
    except ValueError:
        rate = 0, 0.0
    if not all(0 < number < math.inf for number in rate):
        msg = f"{text!r} must be a number of requests and a number of seconds, such as 40/20"
        raise argparse.ArgumentTypeError(msg)
    return rate
