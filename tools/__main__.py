"""`python -m tools`: generate files that follow from the code, draft a stream's schema file, or make the package."""

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
    package_command = commands.add_parser("package", help="build the package, and try its wheel by itself")
    package_command.add_argument(
        "--python",
        action="append",
        default=[],
        help="version or path of a Python to try it on (default: all there are)",
    )
    package_command.add_argument("--tag", help="the tag that is released: fail if it is not the wheel's version")
    arguments = parser.parse_args()
    if arguments.command == "package":
        return _package(arguments.python, arguments.tag)
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


def _package(pythons: list[str], tag: str | None) -> int:
    # It needs the sandbox, which is not there in every environment that generates files.
    from tools.package import PackageError, package  # noqa: PLC0415

    try:
        package(pythons, tag)
    except PackageError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
