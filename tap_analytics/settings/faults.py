"""What is wrong with the settings, told in sentences.

No message holds a value: a value in the wrong place is often a secret.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from msgspec import Struct
from requests.utils import get_environ_proxies, select_proxy
from singer_sdk.plugin_base import JSONSchemaValidator

from tap_analytics.apis.declared.checking import Checked, check
from tap_analytics.apis.declared.configuration import SETTINGS as DECLARATIONS
from tap_analytics.errors import SettingsError
from tap_analytics.http.addresses import url_fault
from tap_analytics.http.authentication import (
    METHODS,
    ApiKey,
    Basic,
    Bearer,
    key_header_fault,
    needed_settings,
    scheme_of,
)
from tap_analytics.records.datetimes import end_of, parse_instant
from tap_analytics.records.schema_faults import fault_of
from tap_analytics.singer import stream_maps

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from jsonschema import ValidationError

    from tap_analytics.http.api import Api
    from tap_analytics.http.authentication import Scheme

_LONGEST_PREFIX: Final = 30
"""Characters; PostgreSQL cuts the name of a table after 63, and those of streams have up to 24."""

_SLOWEST_PACE: Final = 0.01
"""Requests in a second; with fewer, a run would seem to hang."""


class CheckedSettings(Struct, frozen=True):
    """What was found in a configuration.

    Attributes:
        faults: One sentence for each fault, none with a value in it.
        declared: The resources that it declares.
        is_prefix_wrong: Whether one of the faults is in `stream_prefix`, so that no stream has a name.
    """

    faults: list[str]
    declared: Checked
    is_prefix_wrong: bool

    def refuse_faults(self) -> None:
        """Fail if there are any.

        Raises:
            SettingsError: There are some.
        """
        if self.faults:
            msg = f"Settings: {'; '.join(self.faults)}"
            raise SettingsError(msg)


def check_settings(
    config: Mapping[str, Any],
    jsonschema: Mapping[str, Any],
    *,
    api: Api | None,
    builtin: Collection[str],
) -> CheckedSettings:
    """Find out what is wrong with a configuration and what it declares, and fill in its defaults.

    Args:
        config: The settings; those that have a default and are not set are added.
        jsonschema: The schema of all settings, those of the SDK included.
        api: The chosen API, None if there is no such one.
        builtin: The names of its streams.
    """
    # What is wrong with declarations is told by what makes words of them; the prefix has a check of its own.
    elsewhere = {*DECLARATIONS, "stream_prefix"}
    others = {name: schema for name, schema in jsonschema["properties"].items() if name not in elsewhere}
    if "stream_maps" in others:
        others["stream_maps"] = _repaired(others["stream_maps"])
    errors = list(JSONSchemaValidator({**jsonschema, "properties": others}).iter_errors(config))
    found = [_schema_fault(error) for error in errors]
    # What follows the schema is checked further, whatever is wrong with other settings.
    refused = {error.absolute_path[0] for error in errors if error.absolute_path}
    sound = {name: value for name, value in config.items() if name not in refused}
    declared = check(config, builtin)
    if "api_url" not in config:
        # Of a declared API it would have been taken from there.
        other = "" if builtin or api is None else ", and so is 'base_url' in 'client'"
        found.append(f"'api_url' is missing{other}")
    schemes = []
    if api is not None and config.get("auth_method") in METHODS:
        schemes = [
            scheme for scheme in (scheme_of(config, api) if builtin else None, *declared.schemes(config, api)) if scheme
        ]
        found += [fault for scheme in schemes for fault in _credential_faults(config, scheme, api)]
    found += declared.faults
    if api is not None and not builtin and not declared.declarations and not declared.faults:
        found.append("'resources' is missing: a declared API has no streams of its own")
    found += [
        *_page_size_faults(sound, api.max_page_size if api else None),
        *(fault for scheme in schemes for fault in _secret_faults(sound, scheme)),
        *_each("auth_header", sound, key_header_fault),
        *_each("requests_per_second", sound, _pace_fault),
        *_each("user_agent", sound, _header_fault),
        *_date_faults(sound),
        *(_address_faults(sound, declared.client.base_url) if "api_url" in sound else ()),
        *stream_maps.faults(sound.get("stream_maps") or {}),
        *_each("batch_config", sound, lambda _: "is not supported: batches would bypass stream maps and selection"),
    ]
    # Only a request needs the proxy, and none can be sent to a wrong address.
    found = found or [*_proxy_faults(config)]
    prefix = [*_prefix_faults(config)]
    return CheckedSettings(list(dict.fromkeys([*prefix, *found])), declared, is_prefix_wrong=bool(prefix))


def _repaired(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Mend the SDK's schema of stream maps, in which a type stands where a schema belongs: it crashes the validator."""
    if isinstance(schema, list):
        return [_repaired(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    mended = {word: _repaired(value) for word, value in schema.items()}
    if "anyOf" in mended:
        mended["anyOf"] = [{"type": each} if isinstance(each, str) else each for each in mended["anyOf"]]
    return mended


def _schema_fault(error: ValidationError) -> str:
    if error.validator == "required":
        return fault_of(error)
    return f"'{'.'.join(map(str, error.absolute_path))}' {fault_of(error)}"


def _address_faults(config: Mapping[str, Any], declared: object) -> Iterator[str]:
    """Say what is wrong with the API's address, where it was given."""
    fault = url_fault(config["api_url"])
    if fault:
        yield f"client.base_url: {fault}" if declared == config["api_url"] else f"'api_url' {fault}"


def _each(name: str, config: Mapping[str, Any], fault: Callable[[Any], str | None]) -> Iterator[str]:
    if name in config and (text := fault(config[name])):
        yield f"'{name}' {text}"


def _credential_faults(config: Mapping[str, Any], scheme: Scheme, api: Api) -> Iterator[str]:
    missing = [name for name in needed_settings(scheme) if name not in config]
    yield from (f"'{name}' is missing: the {api.name} API needs it" for name in missing)
    pair = ("username", "password")
    if scheme == Basic(*pair) and not missing and all(config[name] == "" for name in pair):
        yield "'username' and 'password' are both empty: one of them has to hold the key"


def _secret_faults(config: Mapping[str, Any], scheme: Scheme) -> Iterator[str]:
    """Say which secrets no header can hold."""
    match scheme:
        case Bearer(token=name) | ApiKey(key=name, location="header"):
            yield from _each(name, config, _header_fault)


def _prefix_faults(config: Mapping[str, Any]) -> Iterator[str]:
    prefix = config.get("stream_prefix", "")
    # Tables get their names from it, so it has only what every database takes.
    pattern = rf"([A-Za-z]\w{{0,{_LONGEST_PREFIX - 1}}})?"
    if not (isinstance(prefix, str) and re.fullmatch(pattern, prefix, re.ASCII)):
        what = f"letters, digits and underscores only, a letter first, and no more than {_LONGEST_PREFIX} of them"
        yield f"'stream_prefix' must have {what}"


def _pace_fault(pace: float | str) -> str | None:
    try:
        is_pace = _SLOWEST_PACE <= float(pace) < math.inf
    except (ValueError, OverflowError):
        is_pace = False
    return None if is_pace else f"must be a number, at least {_SLOWEST_PACE}, like 5 or 0.5"


def _header_fault(text: str) -> str | None:
    if not (text.isascii() and text.isprintable()):
        return "has a character that no header can hold, like a line break"
    return "must not begin or end with a space" if text != text.strip() else None


def _page_size_faults(config: Mapping[str, Any], maximum: int | None) -> Iterator[str]:
    if maximum is not None and config.get("page_size", 0) > maximum:
        yield f"'page_size' must be at most {maximum}: the {config['api']} API gives no larger pages"


def _date_faults(config: Mapping[str, Any]) -> Iterator[str]:
    bounds = {}
    for name, read in (("start_date", parse_instant), ("end_date", end_of)):
        if name in config:
            try:
                bounds[name] = read(config[name])
            except ValueError:
                yield f"'{name}' must be a date like 2024-01-31 or a date-time like 2024-01-31T12:00:00Z"
    if len(bounds) == 2 and bounds["start_date"] > bounds["end_date"]:  # noqa: PLR2004 - both ends
        yield "'start_date' must not be later than 'end_date'"


def _proxy_faults(config: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with the proxy that requests would go through, without its address: it may hold a password."""
    url = str(config.get("api_url", ""))
    proxy = select_proxy(url, get_environ_proxies(url))
    if proxy is None:
        return
    try:
        parts = urlsplit(proxy if "://" in proxy else f"//{proxy}")
        is_url = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_url = False
    if not is_url:
        yield "the proxy in HTTP_PROXY, HTTPS_PROXY or ALL_PROXY must be a URL like http://proxy.example.com:3128"
