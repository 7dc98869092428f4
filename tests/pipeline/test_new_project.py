"""The definition in `hub/` makes the tap a plugin of an empty Meltano project, with all that people do with one."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from analytics_sandbox import Sandbox

from demo.pipeline import MELTANO
from demo.processes import CHECKOUT
from tests.pipeline.files import jsonl_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class Project:
    """A Meltano project that was empty."""

    folder: Path
    environment: dict[str, str]

    def __call__(self, *arguments: str) -> str:
        """Run a command of Meltano, and return what it printed on stdout and stderr."""
        done = subprocess.run(  # noqa: S603
            [str(MELTANO), *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """The services."""
    with Sandbox(size=10) as running:
        yield running


@pytest.fixture(scope="module")
def project(sandbox: Sandbox, installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with the tap and a loader from their definitions, with an address in `.env` and a key outside of it."""
    folder = tmp_path_factory.mktemp("new")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("MELTANO_", "TAP_"))}
    settings = {
        "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
        # As it is installed in the folder of all tests, so that Meltano does not install it again.
        "CHECKOUT": f"-e {shlex.quote(str(CHECKOUT))}",
        "TAP_ANALYTICS_API_KEY": sandbox.subscription_config["api_key"],
    }
    project = Project(folder, variables | settings)
    project("init", ".")
    (folder / ".env").write_text(f"TAP_ANALYTICS_API_URL={sandbox.url}\n", encoding="utf-8")
    for plugin in ("tap-analytics", "target-jsonl"):
        project("add", "--no-install", plugin, "--from-ref", str(CHECKOUT / "hub" / f"{plugin}.yml"))
    # What `meltano install` would put there.
    for kind in ("extractors", "loaders"):
        (folder / ".meltano" / kind).symlink_to(installed / ".meltano" / kind)
    return project


def test_the_test_of_meltano_finds_the_configuration_valid(project: Project) -> None:
    assert "Plugin configuration is valid" in project("config", "test", "tap-analytics")


def test_the_tap_s_own_test_says_what_can_be_read(project: Project) -> None:
    assert "can be read" in project("invoke", "tap-analytics", "--test")


_DECLARED = [{"name": "declared_plans", "primary_key": "uuid", "endpoint": {"path": "/v1/plans"}}]


@pytest.mark.parametrize("value", ["plans.json", json.dumps(_DECLARED), json.dumps({"resources": _DECLARED})])
def test_resources_may_be_a_path_a_list_or_an_object(project: Project, value: str) -> None:
    (project.folder / "plans.json").write_text(json.dumps(_DECLARED), encoding="utf-8")
    variables = {**project.environment, "TAP_ANALYTICS_RESOURCES": value}
    assert "declared_plans" in Project(project.folder, variables)("invoke", "tap-analytics", "--discover")


def test_selected_streams_are_loaded_and_their_state_is_kept_listed_and_can_be_set(project: Project) -> None:
    project("select", "tap-analytics", "activities", "*")
    first = project("run", "tap-analytics", "target-jsonl")
    assert "Reading 1 stream" in first
    assert jsonl_rows(project.folder / "output" / "tap_analytics", "activities")
    state_id = "dev:tap-analytics-to-target-jsonl"
    assert state_id in project("state", "list")
    state = next(line for line in project("state", "get", state_id).splitlines() if line.startswith("{"))
    bookmarks = json.loads(state)["singer_state"]["bookmarks"]
    assert bookmarks["activities"]["replication_key"] == "date"
    bookmarks["activities"]["replication_key_value"] = "2001-01-01T00:00:00+00:00"
    project("state", "set", "--force", state_id, json.dumps({"singer_state": {"bookmarks": bookmarks}}))
    assert "2001-01-01" in project("state", "get", state_id)


def test_a_plugin_that_inherits_has_settings_and_a_state_of_its_own(project: Project, sandbox: Sandbox) -> None:
    project("add", "--no-install", "tap-analytics--support", "--inherit-from", "tap-analytics")
    project("config", "set", "tap-analytics--support", "api", "support")
    for name in ("username", "password", "api_url"):
        project.environment[f"TAP_ANALYTICS__SUPPORT_{name.upper()}"] = sandbox.support_config[name]
    project("select", "tap-analytics--support", "account", "*")
    project("run", "--state-id-suffix", "nightly", "tap-analytics--support", "target-jsonl")
    assert "dev:tap-analytics--support-to-target-jsonl:nightly" in project("state", "list")
    assert jsonl_rows(project.folder / "output" / "tap_analytics__support", "account")
