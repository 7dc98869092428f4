"""The tap's settings: what there is to set, and what is wrong with what was set.

No message here holds a value: a value in the wrong place is often a secret.
"""

from __future__ import annotations

import json
import os
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from singer_sdk import typing as th
from singer_sdk.plugin_base import JSONSchemaValidator

from tap_analytics.datetimes import end_of, parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from jsonschema import ValidationError

CONFIG_JSONSCHEMA: dict[str, Any] = th.PropertiesList(
    th.Property(
        "api",
        th.StringType,
        default="subscription",
        allowed_values=["subscription", "support"],
        title="API",
        description="Which API to read: `subscription` (subscription analytics) or `support` (support desk).",
    ),
    th.Property(
        "api_url",
        th.StringType,
        required=True,
        title="API URL",
        description="Base URL of the API, without the version. Must be https, but for an address of this machine.",
        examples=["https://api.example.com"],
    ),
    th.Property(
        "api_version",
        th.StringType,
        title="API version",
        description=(
            "Version that stands between the base URL and every path. Default: `v1` when the API URL has no path of "
            "its own, none when it has one. An empty text means none."
        ),
    ),
    th.Property(
        "api_key",
        th.StringType(min_length=1),
        secret=True,
        title="API key",
        description="Key of the subscription API, sent as user name and as password.",
    ),
    th.Property(
        "username",
        th.StringType(min_length=1),
        title="User name",
        description="User name of the support API: the e-mail address of the key's owner.",
    ),
    th.Property(
        "password",
        th.StringType(min_length=1),
        secret=True,
        title="Password",
        description="Password of the support API: an API key of that user.",
    ),
    th.Property(
        "start_date",
        th.StringType,
        title="Start date",
        description=(
            "First day, or instant, of activities and metrics (inclusive, in UTC). Full tables are always read whole. "
            "Without it everything is read."
        ),
        examples=["2024-01-01", "2024-01-01T12:00:00Z"],
    ),
    th.Property(
        "end_date",
        th.StringType,
        title="End date",
        description="Last day, or instant, of activities and metrics (inclusive, in UTC). Without it, today.",
        examples=["2024-12-31"],
    ),
    th.Property(
        "page_size",
        th.IntegerType(minimum=1),
        title="Page size",
        description=(
            "Records to ask for in one answer. Default: 200 for the subscription API (its maximum), 50 for the support "
            "API (its maximum is 100)."
        ),
    ),
    th.Property(
        "max_parallel_requests",
        th.IntegerType(minimum=1, maximum=20),
        title="Parallel requests",
        description=(
            "How many requests may be under way at once. Default: 8 for the subscription API, 2 for the support API."
        ),
    ),
    th.Property(
        "requests_per_second",
        th.IntegerType(minimum=1),
        title="Requests per second",
        description=(
            "How many requests to send in a second, on average. Default: what the service allows, less a tenth: 40 a "
            "second for the subscription API, 40 in 20 seconds for the support API."
        ),
    ),
    th.Property(
        "lookback_days",
        th.IntegerType(minimum=0, maximum=3650),
        title="Look-back (days)",
        description=(
            "How many days before its bookmark an incremental stream reads again. Default: each stream's own, 30 days "
            "for activities and ten minutes for the support API's customers."
        ),
    ),
    th.Property(
        "custom_field_object_types",
        th.ArrayType(th.StringType(min_length=1)),
        default=["Ticket", "Customer"],
        title="Custom field object types",
        description=(
            "Object types whose custom fields are read from the support API. An empty list asks once, without a type."
        ),
    ),
    th.Property(
        "max_retries",
        th.IntegerType(minimum=0),
        default=3,
        title="Retries",
        description="How often a request is sent again after a failure that may pass.",
    ),
    th.Property(
        "backoff_factor",
        th.IntegerType(minimum=0),
        default=2,
        title="Back-off factor",
        description="Seconds to wait before the first retry; each further wait is twice as long (2, 4, 8 s).",
    ),
    th.Property(
        "request_timeout",
        th.IntegerType(minimum=1),
        default=60,
        title="Request time-out",
        description="Seconds that the API may stay silent before a request counts as failed.",
    ),
    th.Property(
        "user_agent",
        th.StringType(pattern=r"^[\x20-\x7e]+$"),
        title="User agent",
        description="Text of the User-Agent header. Default: the tap's name and version.",
    ),
    th.Property(
        "emit_activate_version_messages",
        th.BooleanType,
        default=True,
        title="Emit `ACTIVATE_VERSION` messages",
        description=(
            "After a stream has been read whole, tell the target to drop, or mark as deleted, what the API no longer "
            "has."
        ),
    ),
).to_dict()

SECRETS = tuple(name for name, schema in CONFIG_JSONSCHEMA["properties"].items() if schema.get("secret"))

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "object": "an object",
    "string": "a text",
}

_FAULTS = {"minimum": "must be at least {}", "maximum": "must be at most {}", "minLength": "is empty"}


def faults(
    config: Mapping[str, Any],
    jsonschema: Mapping[str, Any],
    *,
    credentials: Collection[str] = (),
    max_page_size: int | None = None,
) -> list[str]:
    """Say what is wrong with a configuration, and fill in its defaults.

    Args:
        config: The settings; those that have a default and are not set are added.
        jsonschema: The schema of all settings, those of the SDK included.
        credentials: The settings that hold the chosen API's credentials.
        max_page_size: The largest page that the chosen API gives.

    Returns:
        One sentence for each fault, none with a value in it.
    """
    found = [_schema_fault(error) for error in JSONSchemaValidator(jsonschema).iter_errors(config)]
    found += [f"'{name}' is missing: the {config['api']} API needs it" for name in credentials if name not in config]
    if found:
        return found
    return [
        *_page_size_faults(config, max_page_size),
        *_date_faults(config),
        *_each("api_url", config, _api_url_fault),
        *_each("batch_config", config, lambda _: "is not supported: batches would bypass stream maps and selection"),
    ]


def environment_faults(jsonschema: Mapping[str, Any], prefix: str) -> list[str]:
    """Say which variables of the environment hold a text that cannot be read as their setting's type.

    Args:
        jsonschema: The schema of all settings.
        prefix: What the name of a setting's variable begins with.

    Returns:
        One sentence for each such variable.
    """
    readers: dict[str, Callable[[str], object]] = {"integer": int, "array": json.loads, "object": json.loads}
    found = []
    for name, schema in jsonschema["properties"].items():
        variable = f"{prefix}{name.upper()}"
        for kind, read in readers.items():
            try:
                if kind in schema["type"] and variable in os.environ:
                    read(os.environ[variable])
            except ValueError:
                found.append(f"the variable {variable} must be {_TYPES[kind]}{' in JSON' * (read is json.loads)}")
    return found


def _schema_fault(error: ValidationError) -> str:
    path = list(map(str, error.absolute_path))
    bound: Any = error.validator_value
    instance: Any = error.instance
    match error.validator:
        case "required":
            path.append(next(key for key in bound if key not in instance))
            fault = "is missing"
        case "type":
            types = [bound] if isinstance(bound, str) else bound
            fault = f"must be {' or '.join(_TYPES.get(kind, kind) for kind in types if kind != 'null')}"
        case "enum":
            fault = f"must be one of {', '.join(str(value) for value in bound if value is not None)}"
        case rule:
            fault = _FAULTS.get(str(rule), "is ill-formed").format(bound)
    return f"'{'.'.join(path)}' {fault}"


def _each(name: str, config: Mapping[str, Any], fault: Callable[[Any], str | None]) -> Iterator[str]:
    if name in config and (text := fault(config[name])):
        yield f"'{name}' {text}"


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


def _api_url_fault(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "is no URL"
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(c.isspace() for c in url):
        return "must be a URL like https://api.example.com"
    if parts.username is not None or parts.password is not None:
        return "must not hold credentials: they have settings of their own"
    if parts.query or parts.fragment:
        return "must not have a query or a fragment"
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        return "must begin with https://, since credentials go with every request"
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
