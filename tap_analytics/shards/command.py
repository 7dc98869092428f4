"""The command `tap-analytics-shards`."""

from __future__ import annotations

import argparse
import sys
from datetime import date, datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec
from typing_extensions import override

from tap_analytics.errors import AnalyticsError, OutputError, SettingsError
from tap_analytics.shards.accounts import accounts_in
from tap_analytics.shards.groups import LONGEST_NAME, groups_of
from tap_analytics.shards.plan import Shard, back_fill, nightly
from tap_analytics.shards.streams import APIS, streams_of
from tap_analytics.shards.windows import PERIODS, tile
from tap_analytics.singer.stdout import STDOUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PROGRAM = "tap-analytics-shards"

_EPILOG = f"""\
A shard is what one run of the tap reads: "id", "account" and "streams", and in a back-fill "start_date" and "end_date".
The id is stable and says nothing secret: use it as the key of the shard's state, as its lock and as its label. It is
like acme.all or acme.all.20240101-20240131, 63 characters at most. The part before the first dot is the account's name
where that has only lower-case letters, digits and underscores; any other name is folded, with a hash behind it. No
other account has it, so it can name the account's database schema, too.

Without dates, a shard is an account with a group of streams: run it every night, with the state that it left behind.
With dates, it is also a window of days, of those streams alone that the service filters by date; a read of such a
window deletes no row from a table.

examples:
  {_PROGRAM} accounts.txt
  {_PROGRAM} accounts.yml --group people=customers,customer_subscriptions --group 'rest=*'
  {_PROGRAM} accounts.txt --start-date 2020-01-01 --end-date 2024-12-31 --window year
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    @override
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the shards.

    Args:
        arguments: What stands behind the command's name; None for that of the process.

    Returns:
        The exit code.
    """
    words = _parser().parse_args(arguments)
    try:
        shards = list(_shards(words))
    except AnalyticsError as error:
        sys.stderr.write(f"{_PROGRAM}: {error}\n")
        return 1
    lines = ",\n".join(msgspec.json.encode(shard).decode() for shard in shards)
    try:
        STDOUT.write(f"[\n{lines}\n]\n".encode())
    except OutputError as error:
        # A reader that has gone (`| head`), or a full disk: a part of the shards is none of the list.
        reason = getattr(error.__cause__, "strerror", None) or "it is closed"
        sys.stderr.write(f"{_PROGRAM}: cannot write to stdout: {reason}\n")
        STDOUT.discard()
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=_PROGRAM,
        description="Print the shards of many accounts as a JSON list, one on each line, for whatever runs them. "
        "Nothing is requested, and no setting is read.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "accounts",
        metavar="ACCOUNTS",
        help="file with the names of the accounts, one on each line or as a list in JSON or YAML; - for stdin",
    )
    parser.add_argument("--api", choices=APIS, default=APIS[0], help="which API all of them are of (%(default)s)")
    parser.add_argument("--resources", metavar="FILE", help="file with declared resources, as in the tap's setting")
    parser.add_argument(
        "--group",
        metavar="NAME=STREAM,…",
        action="append",
        default=[],
        dest="groups",
        help="streams that are read together, under a name that is part of the id "
        f"({LONGEST_NAME} characters at most); * stands for all streams that are selected by default and in no other "
        "group. May be given several times. Without any: one group 'all=*'",
    )
    parser.add_argument("--start-date", metavar="DAY", type=_day, help="first day of a back-fill, like 2024-01-31")
    parser.add_argument("--end-date", metavar="DAY", type=_day, help="last day of a back-fill, which has to be over")
    parser.add_argument(
        "--window", choices=PERIODS, default="month", help="how many days of it a shard has (%(default)s)"
    )
    return parser


def _shards(words: argparse.Namespace) -> Iterable[Shard]:
    streams = streams_of(words.api, words.resources)
    groups = groups_of(words.groups, streams)
    accounts = accounts_in(_read(words.accounts))
    if words.start_date is None and words.end_date is None:
        return nightly(accounts, groups)
    return back_fill(accounts, groups, streams, list(tile(*_range(words), words.window)))


def _range(words: argparse.Namespace) -> tuple[date, date]:
    first, last = words.start_date, words.end_date
    if first is None or last is None:
        msg = "Dates: a back-fill has both --start-date and --end-date"
        raise SettingsError(msg)
    if first > last:
        msg = f"Dates: the first day, {first}, is after the last one, {last}"
        raise SettingsError(msg)
    if last >= datetime.now(timezone.utc).date():
        msg = f"Dates: --end-date {last} is not over (in UTC), so that its window is not closed; take an earlier day"
        raise SettingsError(msg)
    return first, last


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc).date()
    except ValueError:
        msg = f"{text!r} must be a day like 2024-01-31"
        raise argparse.ArgumentTypeError(msg) from None


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        msg = f"Accounts: {name} cannot be read: {reason}"
        raise SettingsError(msg) from error


if __name__ == "__main__":
    sys.exit(main())
