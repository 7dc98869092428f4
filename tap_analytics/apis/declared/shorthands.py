"""Short forms in a declaration, written out before it is compared with the types of the vocabulary.

What has not the expected form is left as it is: the comparison finds what is wrong with it.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias, get_args

from tap_analytics.apis.declared.credentials import REFERENCE
from tap_analytics.apis.declared.vocabulary import AuthWord, PaginatorWord

JsonObject: TypeAlias = dict[str, Any]

# `dlt.secrets["api_key"]`, as it is or after the scheme of a token, and in the braces that it has in a Python text.
_CREDENTIAL: Final = re.compile(rf"(?P<bearer>Bearer )?\{{?(?P<reference>(?=dlt\.secrets)(?:{REFERENCE.pattern}))\}}?")
_PAGINATORS: Final = frozenset(word.__struct_config__.tag for word in get_args(PaginatorWord))
_CREDENTIALS: Final = frozenset(word.__struct_config__.tag for word in get_args(AuthWord))
_OTHER_NAMES: Final = {"basic": "http_basic", "json_response": "json_link"}


def resource_written_out(resource: Any) -> Any:  # noqa: ANN401 - any JSON
    """Write out a resource: a text is its name and its path, and the path is the name where none is given."""
    if isinstance(resource, str):
        resource = {"name": resource, "endpoint": {"path": resource}}
    if not isinstance(resource, dict):
        return resource
    endpoint = resource.get("endpoint")
    if isinstance(endpoint, str):
        endpoint = {"path": endpoint}
    if endpoint is None:
        endpoint = {}
    if isinstance(endpoint, dict) and endpoint.get("path") is None and isinstance(resource.get("name"), str):
        endpoint = {**endpoint, "path": resource["name"]}
    return {**_with_columns(resource), "endpoint": endpoint_written_out(endpoint)}


def defaults_written_out(defaults: Any) -> Any:  # noqa: ANN401 - any JSON
    """Write out what holds for all resources."""
    if not isinstance(defaults, dict):
        return defaults
    found = _with_columns(defaults)
    return {**found, "endpoint": endpoint_written_out(found["endpoint"])} if "endpoint" in found else found


def endpoint_written_out(endpoint: Any) -> Any:  # noqa: ANN401 - any JSON
    """Write out an endpoint: its incremental parameter, and what `client_written_out` does."""
    if not isinstance(endpoint, dict):
        return endpoint
    return client_written_out(_with_lag(_with_incremental(endpoint)))


def client_written_out(client: Any) -> Any:  # noqa: ANN401 - any JSON
    """Write out a paginator or credentials that are only named, and credentials among headers and parameters."""
    if not isinstance(client, dict):
        return client
    found = _with_credentials(client)
    paginator = client.get("paginator")
    if paginator == {}:
        paginator = "auto"
    if isinstance(paginator, str) and _OTHER_NAMES.get(paginator, paginator) in _PAGINATORS:
        paginator = {"type": paginator}
    if isinstance(paginator, dict) and isinstance(kind := paginator.get("type"), str):
        found["paginator"] = {**paginator, "type": _OTHER_NAMES.get(kind, kind)}
        if paginator.get("total_path") == "":
            found["paginator"]["total_path"] = None
    if "auth" in found:
        found["auth"] = _auth_written_out(found["auth"])
    return found


def _auth_written_out(auth: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(auth, str) and _OTHER_NAMES.get(auth, auth) in _CREDENTIALS:
        auth = {"type": auth}
    if not isinstance(auth, dict):
        return auth
    kind = auth.get("type", "bearer")
    return {**auth, "type": _OTHER_NAMES.get(kind, kind) if isinstance(kind, str) else kind}


def _with_credentials(part: JsonObject) -> JsonObject:
    """Move a reference to a secret from a header, or from a query parameter, to where credentials are declared."""
    if part.get("auth") is not None:
        return dict(part)
    for word, location in (("headers", "header"), ("params", "query")):
        values: Any = part.get(word)
        for name, value in values.items() if isinstance(values, dict) else ():
            found = _CREDENTIAL.fullmatch(value.strip()) if isinstance(value, str) else None
            auth: JsonObject
            if found and not found["bearer"]:
                auth = {"type": "api_key", "name": name, "location": location, "api_key": found["reference"]}
            elif found and (location, name.lower()) == ("header", "authorization"):
                auth = {"type": "bearer", "token": found["reference"]}
            else:
                continue
            return {**part, word: {other: each for other, each in values.items() if other != name}, "auth": auth}
    return dict(part)


def _with_columns(resource: JsonObject) -> JsonObject:
    """Write out a list of columns, each with its name."""
    columns = resource.get("columns")
    if not isinstance(columns, list) or not all(isinstance(each, dict) and "name" in each for each in columns):
        return resource
    return {**resource, "columns": {str(each["name"]): each for each in columns}}


def _with_incremental(endpoint: JsonObject) -> JsonObject:
    """Move a parameter with an incremental value to where such values are declared."""
    params = endpoint.get("params")
    if not isinstance(params, dict):
        return endpoint
    names = [name for name, value in params.items() if isinstance(value, dict) and value.get("type") == "incremental"]
    if not names:
        return endpoint
    word = {key: value for key, value in params[names[0]].items() if key != "type"}
    others = {name: value for name, value in params.items() if name != names[0]}
    return {**endpoint, "params": others, "incremental": {**word, "start_param": names[0]}}


def _with_lag(endpoint: JsonObject) -> JsonObject:
    """Replace the placeholder of the lag by its value, which is the same in every request."""
    word = endpoint.get("incremental")
    lag = word.get("lag") if isinstance(word, dict) else None
    if lag is None:
        return endpoint
    parts = {name: endpoint[name] for name in ("path", "params", "headers", "json", "data") if name in endpoint}
    return {**endpoint, **_replaced(parts, "{incremental.lag}", str(lag))}


def _replaced(value: Any, old: str, new: str) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {key: _replaced(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, old, new) for item in value]
    return value.replace(old, new) if isinstance(value, str) else value


def merged(defaults: JsonObject, resource: JsonObject) -> JsonObject:
    """Add what holds for all resources to one that is written out.

    Parameters and columns are added to; everything else is replaced, by null as well.

    Args:
        defaults: What holds for all.
        resource: The resource.
    """
    default, own = defaults.get("endpoint") or {}, resource.get("endpoint") or {}
    endpoint = {**default, **own}
    for word in ("params", "json"):
        if isinstance(default.get(word), dict) and isinstance(own.get(word), dict):
            endpoint[word] = {**default[word], **own[word]}
    found = {**defaults, **resource, "endpoint": endpoint}
    columns, others = resource.get("columns"), defaults.get("columns")
    if columns and others:
        found["columns"] = {name: {**others.get(name, {}), **columns.get(name, {})} for name in {**others, **columns}}
    return found
