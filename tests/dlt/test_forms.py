"""A configuration gives its rows however it is given: as one object, in parts, as text, or in a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.dlt.corpus import Case, cases
from tests.dlt.runs import check, settings_beside

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.dlt.api import DescribedApi

CASES = {case.name: case for case in cases("configurations")}


def parts(config: dict[str, Any], _: Path) -> dict[str, Any]:
    return config


def parts_as_text(config: dict[str, Any], _: Path) -> dict[str, Any]:
    return {name: json.dumps(value) for name, value in config.items()}


def text(config: dict[str, Any], _: Path) -> dict[str, Any]:
    return {"resources": json.dumps(config)}


def json_file(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    path = folder / "pasted.json"
    path.write_text(json.dumps(config))
    return {"resources": str(path)}


def yaml_file(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    path = folder / "pasted.yml"
    path.write_text(yaml.safe_dump(config))
    return {"resources": str(path)}


def file_of_resources(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    path = folder / "resources.yml"
    path.write_text(yaml.safe_dump(config["resources"]))
    return {**config, "resources": str(path)}


def address_as_setting(config: dict[str, Any], _: Path) -> dict[str, Any]:
    client = dict(config["client"])
    return {"api_url": client.pop("base_url"), "resources": {**config, "client": client}}


def address_in_both(config: dict[str, Any], _: Path) -> dict[str, Any]:
    return {"api_url": config["client"]["base_url"], "resources": config}


@pytest.mark.parametrize(
    "form",
    [
        parts,
        parts_as_text,
        text,
        json_file,
        yaml_file,
        file_of_resources,
        address_as_setting,
        address_in_both,
    ],
)
@pytest.mark.parametrize("name", ["blog", "trips", "payments"])
def test_a_configuration_gives_its_rows_in_every_form(
    name: str,
    form: Callable[[dict[str, Any], Path], dict[str, Any]],
    api: DescribedApi,
    tmp_path: Path,
) -> None:
    case: Case = CASES[name]
    check(case, api, {**settings_beside(case), **form(case.config(api.url), tmp_path)})
