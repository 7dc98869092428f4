"""Environments of their own for programs that are no part of the project, made once and kept in `.cache`."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

_CACHE = Path(__file__).parent / ".cache"


def python_with(packages: tuple[str, ...]) -> Path:
    """Return the Python that has some packages, its environment made at the first call.

    Args:
        packages: Arguments of `pip install`; none means the project's own environment.

    Raises:
        subprocess.CalledProcessError: The environment cannot be made.
    """
    if not packages:
        return Path(sys.executable)
    version = ".".join(map(str, sys.version_info[:3]))
    name = hashlib.sha256(json.dumps([version, packages]).encode()).hexdigest()[:16]
    folder = _CACHE / name
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (folder / "complete").exists():
        # `uv run` says where uv is.
        uv = os.environ.get("UV") or shutil.which("uv") or "uv"
        for command in (
            ["venv", "--clear", "--quiet", "--python", sys.executable, str(folder)],
            ["pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), *packages],
        ):
            subprocess.run([uv, *command], check=True)  # noqa: S603 - uv
        (folder / "complete").touch()
    return python
