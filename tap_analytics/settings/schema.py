"""The tap's settings: what there is to set."""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

from tap_analytics.apis.declared.vocabulary import ClientWords, Resource, ResourceDefaults
from tap_analytics.http.authentication import METHODS

CONFIG_JSONSCHEMA: dict[str, Any] = th.PropertiesList(
    th.Property(
        "api",
        th.StringType,
        allowed_values=["subscription", "support", "declared"],
        title="API",
        description=(
            "Which API to read: `subscription` (subscription analytics), `support` (support desk), or `declared` (any "
            "other, of which there is only what `resources` declares). Default: `declared` if `client` has a "
            "`base_url`, else `subscription`."
        ),
    ),
    th.Property(
        "api_url",
        th.StringType,
        title="API URL",
        description=(
            "Base URL of the API, without the version. Required, but for a declared API that has it as `base_url` in "
            "`client`, which may be a part of `resources`. Must be https, but for an address of this machine."
        ),
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
        description=(
            "Key of the subscription API, sent as user name and as password; with another `auth_method`, the token or "
            "key of any API."
        ),
    ),
    th.Property(
        "username",
        th.StringType,
        title="User name",
        description="User name of the support API: the e-mail address of the key's owner; or of a declared API.",
    ),
    th.Property(
        "password",
        th.StringType,
        secret=True,
        title="Password",
        description=(
            "Password of the support API: an API key of that user; or of a declared API. May be empty where the user "
            "name is the key."
        ),
    ),
    th.Property(
        "client_id",
        th.StringType(min_length=1),
        title="Client ID",
        description="ID of the client that asks for access tokens (OAuth 2.0), where a declared API gives some.",
    ),
    th.Property(
        "client_secret",
        th.StringType(min_length=1),
        secret=True,
        title="Client secret",
        description="Secret of the client that asks for access tokens (OAuth 2.0), where a declared API gives some.",
    ),
    th.Property(
        "auth_method",
        th.StringType,
        default="basic",
        allowed_values=list(METHODS),
        title="Authentication method",
        description=(
            "How the credentials are sent: `basic` (HTTP Basic), `bearer` (`api_key` as a bearer token), or `header` "
            "(`api_key` in the header `auth_header`)."
        ),
    ),
    th.Property(
        "auth_header",
        th.StringType(pattern=r"^[A-Za-z0-9_-]+$"),
        title="Authentication header",
        description="Name of the header that takes `api_key`, with `auth_method: header`.",
        examples=["X-Api-Key"],
    ),
    th.Property(
        "client",
        th.CustomType({"type": ["object", "null"]}),
        title="Client",
        description=(
            "What holds for all requests of `resources`, as dlt's REST API configurations have it: `base_url`, "
            "`headers`, `auth`, `paginator`. No secrets: `auth` names settings."
        ),
    ),
    th.Property(
        "resources",
        th.CustomType({"type": ["array", "object", "string", "null"]}),
        title="Resources",
        description=(
            "Further streams, declared in the words of dlt's REST API configurations; one with the name of a stream of "
            "the API replaces it. A list, an object with `client`, `resource_defaults` and `resources`, or the path of "
            "a JSON or YAML file that holds either."
        ),
    ),
    th.Property(
        "resource_defaults",
        th.CustomType({"type": ["object", "null"]}),
        title="Resource defaults",
        description="What holds for all `resources` that do not say otherwise.",
    ),
    th.Property(
        "start_date",
        th.StringType,
        title="Start date",
        description=(
            "First day, or instant, of activities, events and metrics (inclusive, in UTC). Full tables are always read "
            "whole. Without it everything is read. A later `start_date` takes older rows out of the table at the next "
            "whole read."
        ),
        examples=["2024-01-01", "2024-01-01T12:00:00Z"],
    ),
    th.Property(
        "end_date",
        th.StringType,
        title="End date",
        description=(
            "Last day, or instant, of activities, events and metrics (inclusive, in UTC). Without it, today. A read "
            "that it cuts off takes no row out of the table."
        ),
        examples=["2024-12-31"],
    ),
    th.Property(
        "page_size",
        th.IntegerType(minimum=1),
        title="Page size",
        description=(
            "Records to ask for in one answer. Default: 200 for the subscription API (its maximum), 50 for the support "
            "API (its maximum is 100), what is declared for declared ones."
        ),
    ),
    th.Property(
        "max_parallel_requests",
        th.IntegerType(minimum=1, maximum=20),
        title="Parallel requests",
        description=(
            "How many requests may be under way at once. Default: 8 for the subscription API, 2 for the support API, 4 "
            "for a declared one."
        ),
    ),
    th.Property(
        "max_parallel_streams",
        th.IntegerType(minimum=1, maximum=1000),
        title="Parallel streams",
        description=(
            "How many streams are read at once. Default: all. 1 reads one after another, for targets that cannot load "
            "several streams at a time."
        ),
    ),
    th.Property(
        "requests_per_second",
        # The SDK takes what stands in the environment for a text.
        th.CustomType({"type": ["number", "string", "null"]}),
        title="Requests per second",
        description=(
            "How many requests the service takes in a second; the tap sends a tenth fewer. 0.5 is one in two seconds. "
            "Default: what the service allows: 40 a second for the subscription API, 40 in 20 seconds for the support "
            "API, 10 a second for a declared one."
        ),
        examples=[5, 0.5],
    ),
    th.Property(
        "lookback_days",
        th.IntegerType(minimum=0, maximum=3650),
        title="Look-back (days)",
        description=(
            "How many days before its bookmark an incremental stream reads again. Default: each stream's own, 30 days "
            "for activities, 14 days for messages and satisfaction surveys, ten minutes for the support API's other "
            "streams, what is declared for declared ones."
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
        th.IntegerType(minimum=0, maximum=1000),
        default=3,
        title="Retries",
        description="How often a request is sent again after a failure that may pass.",
    ),
    th.Property(
        "backoff_factor",
        th.IntegerType(minimum=0, maximum=3600),
        default=2,
        title="Back-off factor",
        description=(
            "Seconds to wait before the first retry; each further wait is twice as long (2, 4, 8 s), a minute at most."
        ),
    ),
    th.Property(
        "request_timeout",
        th.IntegerType(minimum=1, maximum=86_400),
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
        "stream_prefix",
        th.StringType,
        title="Stream prefix",
        description=(
            "What the name of every stream begins with, for targets without schemas: with `support_`, the stream "
            "`customers` is `support_customers` in messages, catalog, state and stream maps. Letters, digits and "
            "underscores, a letter first."
        ),
        examples=["support_"],
    ),
    th.Property(
        "summary_file",
        th.StringType(min_length=1),
        title="Summary file",
        description=(
            "Path of a JSON file that is written at the start of each run, once a minute, and at its end: how far each "
            "stream is, or what became of it, with counts and times. Without it there is none."
        ),
        examples=["summary.json"],
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

_DECLARATIONS: dict[str, Any] = {
    "client": ClientWords,
    "resources": list[Resource],
    "resource_defaults": ResourceDefaults,
}
"""The types of the settings that hold declarations."""


def with_words(jsonschema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema of all settings that has the words of declarations as well.

    They are left out elsewhere: making their schema takes a tenth of the time in which the tap starts.

    Args:
        jsonschema: The schema of all settings.
    """
    # Only who asks for the words pays for the import.
    from tap_analytics.apis.declared.vocabulary.json_schema import schema_of  # noqa: PLC0415

    properties = jsonschema["properties"]
    words = {name: {**schema_of(word), **properties[name]} for name, word in _DECLARATIONS.items()}
    return {**jsonschema, "properties": {**properties, **words}}


SECRETS = tuple(name for name, schema in CONFIG_JSONSCHEMA["properties"].items() if schema.get("secret"))
