"""Build the package, and see that its wheel works in an environment that has nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING, Any, Final

from analytics_sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT: Final = Path(__file__).parents[1]
DIST: Final = ROOT / "dist"
SBOM: Final = ROOT / "build" / "tap-analytics.cdx.json"

_CLAIMED: Final = re.compile(r'"Programming Language :: Python :: (3\.\d+)"')


class PackageError(Exception):
    """The package is not as it should be; the message says what is wrong."""


def claimed_pythons() -> list[str]:
    """Return the versions of Python that the package says it supports."""
    return _CLAIMED.findall((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def build(folder: Path, *options: str) -> Path:
    """Build the source distribution, and from it the wheel.

    Args:
        folder: Where both go; what was there before is deleted.
        options: Options of `uv build`.

    Returns:
        The wheel.
    """
    shutil.rmtree(folder, ignore_errors=True)
    run([uv(), "build", "--quiet", *options, "--out-dir", str(folder), str(ROOT)])
    (wheel,) = folder.glob("*.whl")
    return wheel


def write_sbom(file: Path) -> None:
    """Write which packages `uv.lock` names for the tap, as a CycloneDX software bill of materials."""
    file.parent.mkdir(parents=True, exist_ok=True)
    options = ("--locked", "--no-default-groups", "--format", "cyclonedx1.5", "--output-file", str(file))
    run([uv(), "export", "--quiet", "--project", str(ROOT), *options])


def check_tag(wheel: Path, tag: str) -> None:
    """See that a wheel has the version of a tag, and that the changelog has that version.

    Raises:
        PackageError: It is not so.
    """
    version = tag.removeprefix("v")
    if wheel.name.split("-")[1] != version:
        msg = f"the tag is {tag}, but the wheel is {wheel.name}"
        raise PackageError(msg)
    if f"\n## {version}" not in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"):
        msg = f"CHANGELOG.md has no section '## {version}'"
        raise PackageError(msg)


def find_python(version: str) -> str | None:
    """Return the path of this machine's Python of a version, None if there is none."""
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    if pyenv := shutil.which("pyenv"):
        # Its `python3.x` on the path work only for the versions that are named here.
        versions = run([pyenv, "versions", "--bare", "--skip-aliases"]).split()
        environment.setdefault("PYENV_VERSION", ":".join(each for each in versions if each[0].isdigit()))
    found = subprocess.run(  # noqa: S603
        [uv(), "python", "find", "--no-project", version],
        cwd=gettempdir(),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return found.stdout.strip() or None


@dataclass(frozen=True)
class Installed:
    """A wheel in an environment of its own.

    Attributes:
        folder: An empty folder outside of the checkout, in which all commands run.
        command: The tap's command.
    """

    folder: Path
    command: Path

    @classmethod
    def install(cls, requirement: str, python: str, folder: Path) -> Installed:
        """Install the tap, and what it depends on.

        Args:
            requirement: The path of a wheel, or anything else that pip takes.
            python: Version or path of the Python of the environment.
            folder: An empty folder.
        """
        venv = folder / "venv"
        run([uv(), "venv", "--quiet", "--no-project", "--python", python, str(venv)])
        scripts = venv / ("Scripts" if os.name == "nt" else "bin")
        run([uv(), "pip", "install", "--quiet", "--python", str(venv), requirement])
        run([uv(), "pip", "check", "--quiet", "--python", str(venv)])
        (work := folder / "work").mkdir()
        return cls(work, scripts / "tap-analytics")

    def __call__(self, *arguments: str) -> str:
        """Run the tap, and return what it wrote to stdout."""
        return run([str(self.command), *arguments], self.folder)

    def check(self, version: str, *apis: str) -> None:
        """Run the tap as its users do: what it is, what it reads, and a sync of the sandbox.

        Args:
            version: The version that it should be.
            apis: Which APIs to read; without any, both.

        Raises:
            PackageError: A command failed, or did not print what it should.
        """
        _expect("--version", f"tap-analytics v{version}", self("--version").split(",")[0].strip())
        _expect("--about", version, json.loads(self("--about", "--format", "json"))["version"])
        with Sandbox(size=20) as sandbox:
            for config in (sandbox.subscription_config, sandbox.support_config):
                if apis and config["api"] not in apis:
                    continue
                file = self.folder / f"{config['api']}.json"
                file.write_text(json.dumps({**config, "requests_per_second": 1000}), encoding="utf-8")
                options = ("--config", str(file))
                catalog = self.folder / "catalog.json"
                catalog.write_text(self(*options, "--discover"), encoding="utf-8")
                self(*options, "--test")
                _expect_truth(self(*options, "--catalog", str(catalog)).splitlines(), sandbox, config["api"])


def package(pythons: Sequence[str], tag: str | None) -> None:
    """Build the package into `dist/`, and see that its wheel works.

    Args:
        pythons: Versions or paths of the Pythons to try it on; without any, all claimed ones that this machine has.
        tag: The tag that is being released, if any.

    Raises:
        PackageError: Something is not as it should be.
    """
    wheel = build(DIST)
    write_sbom(SBOM)
    for file in (*sorted(DIST.glob("tap_*")), SBOM):
        _tell(str(file.relative_to(ROOT)))
    if tag:
        check_tag(wheel, tag)
    version = wheel.name.split("-")[1]
    for python in pythons or claimed_pythons():
        path = find_python(python)
        if path is None and pythons:
            msg = f"there is no Python {python} on this machine"
            raise PackageError(msg)
        if path is None:
            _tell(f"Python {python}: not on this machine, so it is not tried")
            continue
        with TemporaryDirectory() as folder:
            Installed.install(str(wheel), path, Path(folder)).check(version)
        _tell(f"Python {python}: --version, --about, --discover, --test and a sync of both APIs are right")


def uv() -> str:
    """Return the path of uv.

    Raises:
        PackageError: There is none.
    """
    # `make` fetches one into `.uv` where the machine has none; within `uv run`, the variable has it.
    found = os.environ.get("UV") or shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".uv" / "bin"))
    if found is None:
        msg = "uv is not installed: see https://docs.astral.sh/uv/"
        raise PackageError(msg)
    return found


def run(command: Sequence[str], folder: Path | None = None) -> str:
    """Run a command in an environment that knows nothing of the checkout, and return what it wrote to stdout.

    Raises:
        PackageError: It failed; the message has the end of what it wrote to stderr.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TAP_", "PYTHON")) and name != "VIRTUAL_ENV"
    }
    done = subprocess.run(  # noqa: S603
        command, cwd=folder, env=kept, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        msg = f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}"
        raise PackageError(msg)
    return done.stdout


def _expect(what: str, expected: object, found: object) -> None:
    if found != expected:
        msg = f"{what}: expected {expected}, got {found}"
        raise PackageError(msg)


def _expect_truth(lines: Iterable[str], sandbox: Sandbox, api: Any) -> None:  # noqa: ANN401 - a literal type there
    """Compare how many rows each stream brought with how many there are."""
    keys: dict[str, list[str]] = {}
    rows: dict[str, set[tuple[str, ...]]] = {}
    for line in lines:
        message = json.loads(line)
        if message["type"] == "SCHEMA":
            keys[message["stream"]] = message["key_properties"]
            rows[message["stream"]] = set()
        elif message["type"] == "RECORD":
            stream = message["stream"]
            rows[stream].add(tuple(str(message["record"][name]) for name in keys[stream]))
    truth = {stream: len(table) for stream, table in sandbox.world.truth(api).items() if stream in rows}
    _expect("rows by stream", truth, {stream: len(rows[stream]) for stream in truth})
    _expect(f"streams of the {api} API", True, len(truth) > 1)  # noqa: FBT003 - what is expected


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
