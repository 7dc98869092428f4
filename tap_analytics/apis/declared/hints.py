"""What stands in the place of those words of dlt's that do not work here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

HINTS: Final[Mapping[str, str]] = {
    "processing_steps": "use 'stream_maps', and '__filter__' in them",
    "columns": "use 'schema'",
    "schema_contract": "what a schema does not know goes into '_rescued_data'",
    "table_name": "use 'name', or '__alias__' in 'stream_maps'",
    "max_table_nesting": "objects stay whole; for columns set 'flattening_enabled' and 'flattening_max_depth'",
    "nested_hints": "objects stay whole; for columns set 'flattening_enabled' and 'flattening_max_depth'",
    "table_format": "what a table is stored as is the target's to choose",
    "file_format": "what a table is stored as is the target's to choose",
    "references": "tables have no references; use 'include_from_parent' for the key of a parent",
    "merge_key": "use 'primary_key'",
    "primary_key": "it stands on the resource itself",
    "parallelized": "use the setting 'max_parallel_requests'",
    "parent_table_name": "use {resources.<parent>.<field>} in 'path' or 'params'",
    "parent": "use {resources.<parent>.<field>} in 'path' or 'params'",
    "auth": "use the setting 'auth_method'; a key in the query is not supported: use a header",
    "base_url": "use the setting 'api_url'",
    "client": "use the settings 'api_url' and 'auth_method'",
    "json": "only GET is supported: use 'params'",
    "data": "only GET is supported: use 'params'",
    "response_actions": (
        "only a list under a parent may be missing (404), and that by itself; use 'retry_on_status_codes' in "
        "'error_handler' for what is worth another try"
    ),
    "incremental": "declare 'incremental' on the endpoint, with 'cursor_path' and 'start_param'",
    "resolve": "use {resources.<parent>.<field>} in 'path', or as the text of a parameter, in its place",
    "initial_interval": "use 'backoff_factor'",
    "lag": "use 'lookback', in days",
    "end_value": "use the setting 'end_date'",
    "convert": "date-times of every usual style are read; dates are sent in the style of 'initial_value'",
    "transform": "date-times of every usual style are read; dates are sent in the style of 'initial_value'",
    "allow_external_schedulers": "use the settings 'start_date' and 'end_date'",
    "last_value_func": "the newest date-time is taken",
    "on_cursor_value_missing": "such rows are written and do not move the bookmark",
    "range_start": "it is always closed: rows at the bookmark come again",
    "range_end": "it is always closed",
    "page": "use 'base_page'",
    "offset": "a walk begins at 0",
    "stop_after_empty_page": "leave it out: a walk always ends at an empty page",
    "maximum_page": "leave it out: everything is read; use 'end_date' or 'params' to read less",
    "maximum_offset": "leave it out: everything is read; use 'end_date' or 'params' to read less",
    "maximum_value": "leave it out: everything is read; use 'end_date' or 'params' to read less",
    "cursor_key": "use 'header_link', or 'cursor_path' if the body has it too",
    "cursor_body_path": "only GET is supported: use 'cursor_param'",
    "page_body_path": "only GET is supported: use 'page_param'",
    "offset_body_path": "only GET is supported: use 'offset_param'",
    "limit_body_path": "only GET is supported: use 'limit_param'",
    "auto": "leave 'paginator' out for a single answer, or declare one",
    "json_response": "use 'json_link'",
    "header_cursor": "use 'header_link', or 'cursor' if the body has it too",
    "skip": "use 'selected: false'",
    "POST": "only reading by GET is supported",
    # Places that look as if they took something else
    "endpoint.path": "'/' stands for 'api_url' itself",
    "endpoint.params": "an object is no parameter: write it as a text of JSON, or each of its fields as a parameter",
    "incremental.initial_value": (
        "must be a text with a date like 2024-01-31, or with a date-time; leave 'incremental' out where the service "
        "counts seconds"
    ),
}
