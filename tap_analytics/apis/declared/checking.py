"""All that is wrong with the declarations in the settings, at once and before the first request.

The declarations are read (`configuration`), short forms are written out (`shorthands`), values are compared with the
types of the vocabulary (`conversion`), what holds for all resources is added to each, and `rules` checks the rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, structs

from tap_analytics.apis.declared import shorthands
from tap_analytics.apis.declared.configuration import NO_LIST, given
from tap_analytics.apis.declared.conversion import Findings, checked, words_of
from tap_analytics.apis.declared.credentials import auth_faults, names_in
from tap_analytics.apis.declared.declaration import Declaration
from tap_analytics.apis.declared.rules.lists import list_faults
from tap_analytics.apis.declared.rules.paths import address_faults
from tap_analytics.apis.declared.rules.requests import header_faults, request_faults
from tap_analytics.apis.declared.rules.resources import resource_faults
from tap_analytics.apis.declared.vocabulary import ClientWords, Resource, ResourceDefaults

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tap_analytics.apis.declared.shorthands import JsonObject
    from tap_analytics.http.api import Api
    from tap_analytics.http.authentication import Scheme


class Checked(Struct, frozen=True):
    """What is declared, and what is wrong with it.

    Attributes:
        declarations: The resources; with faults, what is right of them.
        client: What holds for all requests.
        faults: A sentence for each fault, with its place.
        notes: A sentence for each word that has no effect.
    """

    declarations: list[Declaration]
    client: ClientWords
    faults: list[str]
    notes: list[str]

    def schemes(self, config: Mapping[str, Any], api: Api) -> list[Scheme]:
        """Return the ways in which credentials are sent, by the words for them or by the settings.

        Args:
            config: The settings.
            api: The API that is read.
        """
        found = [each.scheme(config, api) for each in self.declarations]
        return [scheme for scheme in dict.fromkeys(found) if scheme is not None]


def check(config: Mapping[str, Any], builtin: Collection[str] = ()) -> Checked:
    """Return what the settings declare, and what is wrong with it.

    Args:
        config: The settings.
        builtin: The names of the API's own streams.
    """
    parts = given(config)
    findings = Findings(faults=list(parts.faults))
    written_out = shorthands.client_written_out(parts.parts.get("client", {}))
    client = checked(written_out, ClientWords, "client", findings)
    written_out = shorthands.defaults_written_out(parts.parts.get("resource_defaults", {}))
    defaults = checked(written_out, ResourceDefaults, "resource_defaults", findings)
    resources = parts.parts.get("resources", [])
    if not isinstance(resources, list):
        findings.add("resources", NO_LIST)
        resources = []
    declarations = []
    for position, resource in enumerate(resources):
        place = f"resources[{position}]"
        own = checked(shorthands.resource_written_out(resource), Resource, place, findings)
        # A stand-in for a name that is missing or wrong, which is a fault already; no other resource may have it.
        own = own if f"{place}.name" not in findings.gone and "name" in own else {**own, "name": f"_{position}"}
        declarations.append(_declaration(own, defaults, client))
    declarations = list(_with_own_tables(declarations, findings))
    found = Checked(declarations, words_of(client, ClientWords), findings.faults, findings.notes)
    found.faults.extend(_rule_faults(found, defaults, findings.gone, config, builtin))
    url = config.get("api_url", found.client.base_url)
    found.faults.extend(address_faults(declarations, url))
    if isinstance(found.client.base_url, str) and found.client.base_url != url:
        found.notes.append(f"client.base_url: has no effect, since 'api_url' is another address ({url})")
    return found


def add_implied_settings(config: dict[str, Any]) -> None:
    """Add the settings that `client` implies: the address of the API, that it is a declared one, and names in `auth`.

    Without a `base_url`, `api` is `subscription`.

    Args:
        config: The settings, without those that are null.
    """
    client = given(config).parts.get("client")
    url = client.get("base_url") if isinstance(client, dict) else None
    if isinstance(url, str) and url:
        config.setdefault("api_url", url)
        config.setdefault("api", "declared")
    config.setdefault("api", "subscription")
    if isinstance(client, dict):
        for name, value in names_in(shorthands.client_written_out(client).get("auth")).items():
            config.setdefault(name, value)


def _declaration(resource: JsonObject, defaults: JsonObject, client: JsonObject) -> Declaration:
    """Return a resource, with what holds for all."""
    merged = shorthands.merged(defaults, resource)
    endpoint = merged["endpoint"]
    auth = words_of({"auth": endpoint.get("auth", client.get("auth"))}, ClientWords).auth
    is_open = "auth" in endpoint and endpoint["auth"] is None
    declaration = Declaration(
        resource=words_of(merged, Resource),
        key_is_default="primary_key" not in resource and not _has_key(resource.get("columns") or {}),
        auth=None if is_open else auth,
    )
    endpoint["headers"] = {**(client.get("headers") or {}), **(endpoint.get("headers") or {})}
    if endpoint.get("paginator") is None and not declaration.is_one_record:
        endpoint["paginator"] = client.get("paginator")
    return structs.replace(declaration, resource=words_of(merged, Resource))


def _with_own_tables(declarations: Sequence[Declaration], findings: Findings) -> Iterator[Declaration]:
    """Give each resource a table of its own: rows of two lists in one table would replace one another."""
    tables: dict[str, int] = {}
    for position, declaration in enumerate(declarations):
        first = tables.setdefault(declaration.stream, position)
        if first != position and declaration.resource.table_name is not UNSET:
            own = structs.replace(declaration.resource, table_name=UNSET)
            findings.notes.append(
                f"resources[{position}].table_name: has no effect: '{declaration.stream}' is the table of "
                f"resources[{first}] already, so the rows go to '{declaration.name}'"
            )
            declaration = structs.replace(declaration, resource=own)  # noqa: PLW2901 - the same one
        yield declaration


def _has_key(columns: JsonObject) -> bool:
    return any(column.get("primary_key") for column in columns.values())


def _rule_faults(
    found: Checked, defaults: JsonObject, gone: Collection[str], config: Mapping[str, Any], builtin: Collection[str]
) -> Iterator[str]:
    """Say what is wrong that types cannot say."""
    header = str(config.get("auth_header", ""))
    common = _declaration({"name": "_", "endpoint": {"path": ""}}, defaults, {})
    for_all = [
        *(f"resource_defaults.{fault}" for fault in _endpoint_faults(common, header, config)),
        *(f"client.headers.{fault}" for fault in header_faults(found.client.headers, header)),
        *(f"client.auth.{fault}" for fault in auth_faults(found.client.auth, config)),
    ]
    yield from for_all
    # A fault in the defaults is told once, and not again for every resource that inherits it.
    told = {fault.replace("client.", "endpoint.", 1).removeprefix("resource_defaults.") for fault in for_all}
    for position, declaration in enumerate(found.declarations):
        place = f"resources[{position}]"
        absent = {_word_of(each.removeprefix(f"{place}.")) for each in gone if each.startswith(f"{place}.")}
        absent |= {"*"} if place in gone else set()
        for fault in (
            *_endpoint_faults(declaration, header, config),
            *resource_faults(declaration, position, found.declarations, builtin),
        ):
            # What is ill-formed was left out and has its fault; that it is missing now is no second one.
            is_known = any(f"'{word}'" in fault or re.search(rf"(^|\.){re.escape(word)}: ", fault) for word in absent)
            if fault not in told and not is_known:
                yield f"{place}.{fault}"


def _word_of(place: str) -> str:
    """Return the last word of a place, without the position of an item."""
    return place.rpartition(".")[2].partition("[")[0]


def _endpoint_faults(declaration: Declaration, header: str, config: Mapping[str, Any]) -> Iterator[str]:
    yield from request_faults(declaration, header)
    yield from (f"endpoint.auth.{fault}" for fault in auth_faults(declaration.auth, config))
    yield from list_faults(declaration)
