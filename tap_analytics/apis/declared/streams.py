"""Streams that are declared in the settings."""

from __future__ import annotations

import logging
from contextlib import closing
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from msgspec import UnsetType
from typing_extensions import override

from tap_analytics.apis.declared.column_hints import with_hints
from tap_analytics.apis.declared.columns import keep_names_apart, with_null
from tap_analytics.apis.declared.inference import infer
from tap_analytics.apis.declared.replicated_streams import ReplicatedStream
from tap_analytics.apis.declared.schemas import completed, given_schema
from tap_analytics.errors import StreamError
from tap_analytics.paging.error_bodies import error_fields
from tap_analytics.paging.error_messages import message_of
from tap_analytics.records.json_paths import is_dotted
from tap_analytics.records.rescue import RESCUED_DATA
from tap_analytics.records.shaper import emitted_name
from tap_analytics.records.value_types import ANY_AS_TEXT
from tap_analytics.sync.bookmarks import Bookmarks
from tap_analytics.sync.reading import Reading
from tap_analytics.sync.run import Run

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tap_analytics.http.authentication import Scheme
    from tap_analytics.sync.parents import Parent
    from tap_analytics.sync.walks import Walk

SAMPLE_RECORDS: Final = 200
"""Records that are enough to infer a schema from."""

SAMPLE_PAGES: Final = 10
"""Pages, and lists of parents, that are read for a sample at most."""

_ANY_AS_TEXT: Final = {"type": ["string", "null"], **ANY_AS_TEXT}


class DeclaredStream(ReplicatedStream):
    """A list as a user declares it."""

    path_setting = "the resource's 'path'"

    @property
    @override
    def url_base(self) -> str:
        return str(self.config["api_url"]).rstrip("/")

    @property
    @override
    def scheme(self) -> Scheme | None:
        return self.declaration.scheme(self.config, self.api)

    # Schema

    @property
    @override
    def schema(self) -> dict[str, Any]:
        if self._tap_input_catalog is not None:
            # A catalog has the schema that was found at discovery; a stream that is not in it is not read.
            entry = self._tap_input_catalog.get_stream(self.name)
            return entry.schema.to_dict() if entry else {"type": "object", "properties": {}}
        return self._own_schema

    @cached_property
    def _own_schema(self) -> dict[str, Any]:
        """The schema that was given, else the one that a sample of the records has."""
        word = self.declaration.resource.schema
        if isinstance(word, UnsetType):
            schema = self._inferred_schema()
        else:
            schema = given_schema(word, self.primary_keys, self._flattened_levels)
            if self.parent is not None:
                schema["properties"] = {**self._parent_properties(self.parent), **schema["properties"]}
            self._check_key(set(schema["properties"]), f"the schema has {', '.join(schema['properties'])}")
        self._check_replication_key(schema["properties"])
        if self._flattened_levels:
            keep_names_apart(schema["properties"], self.config.get("flattening_separator", "__"))
        return completed(schema)

    def _parent_properties(self, parent: Parent) -> dict[str, Any]:
        """Return the schemas of the fields that the parent's records give."""
        known = self.parent_stream.schema
        found = {to: _schema_at(field, known) for field, to in parent.added.items()}
        return {name: with_null(schema, is_key=name in self.primary_keys) for name, schema in found.items()}

    def _inferred_schema(self) -> dict[str, Any]:
        records = []
        try:
            for record in islice(self._sample(), SAMPLE_RECORDS):
                records.append(record)  # noqa: PERF402 - what came before a failure is a sample, too
        except StreamError as error:
            if not records:
                raise
            self.log("%s (while its schema was looked for)", error, level=logging.WARNING)
        if not records:
            self.warn("no records, so the schema is not known; declare a 'schema', or discover again")
            return self._unknown_schema()
        names = [{emitted_name(key, {}) for key, value in record.items() if value is not None} for record in records]
        seen = dict.fromkeys(key for record in records for key in record)
        told = f"fields seen: {', '.join(seen)}"
        if len(records) == 1 and (said := error_fields(records[0])):
            # The one record may be a report of an error.
            told = f"{told}; it says: {message_of(said)}"
        self._check_key(set.intersection(*names), told)
        inferred = infer(records, self.primary_keys, self._flattened_levels)
        found = with_hints(inferred, self.declaration.resource.columns, records, self.primary_keys)
        return self._with_missing_key(found)

    def _with_missing_key(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Add the column of the cursor where the sample has none, and the declaration says that records may lack it."""
        replication = self.replication
        if replication is None or replication.path is not None or replication.key in schema["properties"]:
            return schema
        if replication.word.on_cursor_value_missing not in ("include", "exclude"):
            return schema
        self.warn(f"the records have no '{replication.key}', which 'incremental.cursor_path' names")
        return {**schema, "properties": {**schema["properties"], replication.key: replication.unknown_schema()}}

    @property
    def _flattened_levels(self) -> int:
        """How many levels of objects become columns; others are left as they came."""
        return self.config.get("flattening_max_depth", 0) if self.config.get("flattening_enabled") else 0

    def _unknown_schema(self) -> dict[str, Any]:
        """Return what a schema has to have, whatever else the records hold."""
        properties: dict[str, Any] = {name: {"type": "string", **ANY_AS_TEXT} for name in self.primary_keys}
        replication = self.replication
        if replication is not None and replication.path is None:
            schema = replication.unknown_schema()
            properties[replication.key] = {"type": schema["type"][0]} if replication.key in properties else schema
        return {"type": "object", "properties": properties}

    def _sample(self) -> Iterator[dict[str, Any]]:
        """Yield some records as the API gives them, of the newest dates where it filters by date."""
        run = Run()
        reading = Reading(self, run)
        self.is_sampling = True
        try:
            with closing(run), closing(reading.plan(Bookmarks({}, None))) as plan:
                yield from self._sample_of(run.pool.blocking(plan), reading)
        finally:
            self.is_sampling = False
            # What the values of the replication key are may be known only now.
            self.__dict__.pop("bounds", None)

    def _sample_of(self, walks: Iterable[Walk], reading: Reading) -> Iterator[dict[str, Any]]:
        shared = self.shared_keys
        pages = ((walk, page) for walk in islice(walks, SAMPLE_PAGES) for page in reading.fetched(walk))
        for walk, page in islice(pages, SAMPLE_PAGES):
            for raw in page.records:
                own = {key: value for key, value in raw.items() if emitted_name(key, {}) not in walk.added}
                record = {**own, **walk.added}
                if shared is not None:
                    values = {emitted_name(key, {}): value for key, value in record.items()}
                    shared.see(tuple(map(values.get, self.primary_keys)), walk.partition, record)
                yield record

    def _check_key(self, known: Collection[str], told: str) -> None:
        """Drop a key that is only a default and that the records do not have.

        Raises:
            StreamError: They do not have a key that was declared for them.
        """
        missing = [key for key in self.primary_keys if key not in known]
        if not missing:
            return
        names = ", ".join(f"'{name}'" for name in missing)
        if not self.declaration.key_is_default:
            raise StreamError(self.message(f"gave records without their declared primary key ({names}); {told}"))
        self.warn(
            f"the records have no {names}, the default primary key, so they are written without a key; "
            f"declare a 'primary_key' on the resource ({told})"
        )
        self.primary_keys = ()

    def _check_replication_key(self, properties: Mapping[str, Any]) -> None:
        replication = self.replication
        if replication is None or replication.path is not None:
            return
        schema = properties.get(replication.key, {})
        if fault := replication.fault_of(schema):
            raise StreamError(self.message(f"has no usable 'incremental.cursor_path': '{replication.key}' {fault}"))

    @override
    def report_rescued(self) -> None:
        super().report_rescued()
        known = self.effective_schema["properties"].keys() - {*self.primary_keys, self.replication_key, RESCUED_DATA}
        if not known and self.shaper.rescued():
            self.warn(
                f"the catalog has no field but the key, so all others are in {RESCUED_DATA}; discover "
                "again (with Meltano: --refresh-catalog), or declare a 'schema'"
            )


def _schema_at(path: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of what a path into a record leads to; one that takes any value as a text where none is known.

    Args:
        path: The path.
        schema: The schema of the record.
    """
    known: dict[str, Any] = dict(schema)
    for name in path.removeprefix("$.").split(".") if is_dotted(path) else [path]:
        known = known.get("properties", {}).get(emitted_name(name, {}), {})
    return known or _ANY_AS_TEXT
