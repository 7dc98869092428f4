"""The wheel, by itself in an environment that has nothing else. `make package` does the same on every Python."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

from tools.package import Installed, build

if TYPE_CHECKING:
    from pathlib import Path


def test_the_wheel_works_where_nothing_else_is_installed(tmp_path: Path) -> None:
    wheel = build(tmp_path / "dist", "--wheel")
    assert {name.split("/")[0] for name in ZipFile(wheel).namelist() if ".dist-info/" not in name} == {"tap_analytics"}
    (folder := tmp_path / "installed").mkdir()
    Installed.install(str(wheel), sys.executable, folder).check(wheel.name.split("-")[1], "support")
