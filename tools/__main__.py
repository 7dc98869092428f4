"""`python -m tools`: generate the files that follow from the code, or draft a stream's schema file."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path

from tools.generated import stale_files, write_files
from tools.schema_draft import draft


def main() -> int:
    """Run the command that the arguments ask for.

    Returns:
        The exit code: 1 if `generate --check` finds a file that is not up to date.
    """
    parser = ArgumentParser(prog="python -m tools", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    generate = commands.add_parser("generate", help="write the files that follow from the code")
    generate.add_argument("--check", action="store_true", help="write nothing; fail if a file is not up to date")
    draft_command = commands.add_parser("draft", help="print a schema file for sample answers of a new stream")
    draft_command.add_argument("samples", nargs="+", type=Path, help="files that hold one answer of the API each")
    draft_command.add_argument("--key", action="append", required=True, help="a field of the primary key")
    draft_command.add_argument("--records", help="where an answer has its records, like 'data' (default: find out)")
    arguments = parser.parse_args()
    if arguments.command == "draft":
        answers = [path.read_bytes() for path in arguments.samples]
        schema = draft(answers, arguments.key, arguments.records)
        sys.stdout.write(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
        return 0
    if arguments.check:
        stale = stale_files()
        for path in stale:
            sys.stderr.write(f"{path} is not up to date: run `make generate`\n")
        return 1 if stale else 0
    for path in write_files():
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
