"""The tap: which streams the chosen API has, and what becomes of a run when one of them fails."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import PurePath
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, ClassVar, cast

from singer_sdk import Tap
from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._catalog import get_selected_schema
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.helpers.capabilities import PluginCapabilities
from singer_sdk.singerlib import Catalog
from typing_extensions import override

from tap_analytics.apis import declared, subscription, support
from tap_analytics.command_line import signals
from tap_analytics.command_line.command_tap import CommandTap
from tap_analytics.command_line.logs import mask_also, mask_secrets, quiet_metrics
from tap_analytics.command_line.progress import connection_test_lines, refusal_summed_up, watched
from tap_analytics.errors import AnalyticsError, SettingsError, StreamError
from tap_analytics.http.session import ApiSession
from tap_analytics.http.throttle import Throttle
from tap_analytics.quoting import guess, shorten
from tap_analytics.settings import environment
from tap_analytics.settings import schema as settings
from tap_analytics.settings.catalog import given_catalog
from tap_analytics.settings.faults import check_settings
from tap_analytics.singer import stream_maps
from tap_analytics.singer.state import given_state
from tap_analytics.singer.stdout import STDOUT
from tap_analytics.singer.writer import LineWriter
from tap_analytics.sync.report import RunReport
from tap_analytics.sync.scheduler import Scheduler
from tap_analytics.sync.stream_failures import StreamFailures

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from contextlib import AbstractContextManager
    from types import FrameType

    from singer_sdk.about import AboutInfo
    from singer_sdk.helpers.capabilities import CapabilitiesEnum

    from tap_analytics.apis.declared import DeclaredStream
    from tap_analytics.http.api import Api
    from tap_analytics.sync.stream import AnalyticsStream

STREAMS: dict[str, tuple[type[AnalyticsStream], ...]] = {
    "subscription": subscription.STREAMS,
    "support": support.STREAMS,
}

_BUILTIN: dict[str, Callable[[Tap, ApiSession], Sequence[AnalyticsStream]]] = {
    "subscription": subscription.make_streams,
    "support": support.make_streams,
}

_APIS = {api.name: api for api in (subscription.API, support.API, declared.API)}


class TapAnalytics(CommandTap):
    """Singer tap for subscription-analytics and support-desk APIs."""

    name = "tap-analytics"
    package_name = "tap-analytics"
    message_writer_class = LineWriter
    # A copy: the SDK adds its own settings to it.
    config_jsonschema: ClassVar[dict[str, Any]] = deepcopy(settings.CONFIG_JSONSCHEMA)
    # Batches bypass stream maps and selection: what the user masked would come out in them.
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        capability for capability in Tap.capabilities if capability is not PluginCapabilities.BATCH
    ]

    def __init__(
        self,
        *,
        config: Any = None,  # noqa: ANN401 - each of these may be anything
        state: Any = None,  # noqa: ANN401
        catalog: Any = None,  # noqa: ANN401
        **kwargs: Any,
    ) -> None:
        quiet_metrics()
        self._failures = StreamFailures(self.logger)
        self._report: RunReport | None = None
        self._is_stopping = False
        self._reads_variables = bool(kwargs.get("parse_env_config"))
        if state is not None and not isinstance(state, str | PurePath):
            # The SDK takes an empty list for no state, and a full one for a path.
            state = given_state(state)
        if catalog is not None and not isinstance(catalog, str | PurePath | Catalog):
            catalog = given_catalog(catalog)
        try:
            # A copy: the SDK takes `__else__` out of the stream maps.
            super().__init__(config=deepcopy(config), state=state, catalog=catalog, **kwargs)
        except ValueError as error:
            # The SDK reads numbers and lists from the environment before anything can check them.
            faults = environment.environment_faults(self.config_jsonschema, self._env_var_prefix)
            if not faults or not self._reads_variables:
                raise
            msg = f"Settings: {'; '.join(faults)}"
            raise SettingsError(msg) from error
        if not self._reads_variables:
            return
        if faults := environment.boolean_faults(self.config_jsonschema, self._env_var_prefix):
            msg = f"Settings: {'; '.join(faults)}"
            raise SettingsError(msg)
        if unknown := environment.unknown_variables(self.config_jsonschema, self._env_var_prefix):
            self.logger.warning("Settings: unknown variables, so not used: %s", ", ".join(unknown))

    @classproperty
    @override
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805
        # The SDK would read JSON out of these variables; they may hold the path of a file as well.
        texts = {name: {"type": ["string"]} for name in declared.SETTINGS}
        cls.append_builtin_config(cls.config_jsonschema)
        schema = {"properties": {**cls.config_jsonschema["properties"], **texts}}
        return parse_environment_config(schema, cls._env_var_prefix)

    @classmethod
    @override
    def _get_about_info(cls) -> AboutInfo:
        about = super()._get_about_info()
        return replace(about, settings=settings.with_words(about.settings))

    @override
    def discover_streams(self) -> list[AnalyticsStream]:
        api = self._api
        if api is None:
            msg = f"Settings: 'api' must be one of {', '.join(_APIS)}"
            raise SettingsError(msg)
        requests, seconds = float(api.requests), api.seconds
        if "requests_per_second" in self.config:
            requests = float(self.config["requests_per_second"]) * seconds
        most = int(self.config.get("max_parallel_requests", api.parallel_requests))
        session = self._session = ApiSession(Throttle(requests, seconds, most), mask_also)
        make_streams = _BUILTIN.get(api.name)
        builtin = make_streams(self, session) if make_streams else []
        if builtin and not self.config.get("resources"):
            return [*builtin]
        # Discovery alone does not ask for settings, but these have requests to make.
        self._checked.refuse_faults()
        for note in self._checked.declared.notes:
            self.logger.info("%s", note)
        classes = declared.declared_streams(self._checked.declared.declarations, api)
        self._warn_of_equal_requests(classes)
        streams = [each(tap=self, session=session) for each in classes]
        # A declared stream replaces one of the API's own.
        return list({stream.name: stream for stream in (*builtin, *streams)}.values())

    @property
    def _api(self) -> Api | None:
        """The chosen API, None if there is no such one."""
        return _APIS.get(str(self.config.get("api")))

    def _warn_of_equal_requests(self, classes: Iterable[type[DeclaredStream]]) -> None:
        equal: defaultdict[object, list[str]] = defaultdict(list)
        for each in classes:
            equal[each.declaration.request].append(each.declaration.name)
        for names in equal.values():
            if len(names) > 1:
                self.logger.warning("resources: %s make the same request: is a parameter missing?", ", ".join(names))

    # Discovery

    @property
    @override
    def _singer_catalog(self) -> Catalog:
        """The catalog of all streams whose schema is known."""
        streams = cast("dict[str, AnalyticsStream]", self.streams)
        # Parents first: a stream's schema has fields of its parent's.
        for stream in sorted(streams.values(), key=lambda stream: stream.parent is not None):
            if stream.name not in self._failures:
                self._find_schema(stream)
        return Catalog(
            (stream.tap_stream_id, stream._singer_catalog_entry)  # noqa: SLF001 - as the SDK does here
            for stream in streams.values()
            if stream.name not in self._failures
        )

    def _find_schema(self, stream: AnalyticsStream) -> None:
        """Find out a stream's schema, which may take requests."""
        with self._failures.recorded(stream):
            if stream.parent is not None and (parent := stream.parent_stream.name) in self._failures:
                msg = f"{stream.name}: its parent stream '{parent}' failed"
                raise StreamError(msg)
            _ = stream.schema

    @override
    def run_discovery(self) -> str:
        text = self.catalog_json_text
        STDOUT.write(f"{text}\n".encode())
        self._check_failures(self.streams)
        return text

    # Reading

    # Final for type checkers, but the SDK's own ends the run with the first stream that fails.
    @override  # type: ignore[misc]
    def sync_all(self) -> None:
        summary_file = self.config.get("summary_file")
        with refusal_summed_up(summary_file):
            streams = self._streams_to_read()
        if self.state:
            self.state_writer.write_state(self.state)
        self._read(streams, partial(watched, summary_file=summary_file))

    # Final, too; the SDK's own ends with the first stream that fails, and says nothing when all is well.
    @override  # type: ignore[misc]
    def run_connection_test(self) -> bool:
        streams = self._streams_to_read()
        for stream in streams:
            stream.ABORT_AT_RECORD_COUNT = 1
        cast("LineWriter", self.message_writer).is_muted = True
        self._read(streams, connection_test_lines)
        return True

    def _read(
        self, streams: Sequence[AnalyticsStream], watched: Callable[[RunReport], AbstractContextManager[None]]
    ) -> None:
        """Read some streams; one that fails ends nothing but itself.

        Args:
            streams: The streams.
            watched: Shows how far the run is until its end.

        Raises:
            AnalyticsError: A stream that is to be read has failed, now or when its schema was looked for.
        """
        unknown = [name for name in self._failures if self.streams[name].selected_by_default]
        writer = cast("LineWriter", self.message_writer)
        known = cast("dict[str, AnalyticsStream]", self.streams)
        report = self._report = RunReport(
            [*(known[name] for name in unknown), *streams], lambda: writer.seconds_waited, lambda: writer.is_waiting
        )
        for name in unknown:
            report.end(name, self._failures.reason(name))
        scheduler = Scheduler(
            writer,
            lambda: self.state_writer.write_state(self.state),
            self._failures,
            report,
            self.config.get("max_parallel_streams"),
        )
        with closing(self._session), watched(report):
            scheduler.read(streams)
        self._check_failures([*unknown, *(stream.name for stream in streams)])

    def _check_failures(self, streams: Collection[str]) -> None:
        paths = "each 'path' in 'resources'" if self.config["api"] == "declared" else "'api_version'"
        self._failures.check(streams, paths)

    def _streams_to_read(self) -> list[AnalyticsStream]:
        """Return the selected streams, once all that can be refused without a request has been looked at."""
        known = cast("dict[str, AnalyticsStream]", self.streams)
        for entry in self.catalog.streams:
            if entry.tap_stream_id not in known and entry.metadata.root.selected:
                msg = f"Catalog: the {self.config['api']} API has no stream '{entry.tap_stream_id}'; discover again"
                if any(name.endswith(entry.tap_stream_id) or entry.tap_stream_id.endswith(name) for name in known):
                    msg = f"{msg} (was 'stream_prefix' another one when the catalog was made?)"
                raise SettingsError(msg)
        selected = [stream for stream in known.values() if stream.name not in self._failures and stream.selected]
        if not selected and not self._failures:
            msg = "Catalog: no stream is selected"
            raise SettingsError(msg)
        for stream in selected:
            if stream.is_mapped_away:
                self.logger.info("%s: not read, since the stream maps remove it", stream.name)
        selected = [stream for stream in selected if not stream.is_mapped_away]
        if not selected and not self._failures:
            msg = "Settings: 'stream_maps' removes every stream that is selected"
            raise SettingsError(msg)
        stream_maps.check_names(self.config.get("stream_maps"), known, selected)
        for stream in selected:
            stream.check_bookmark()
        return selected

    # Settings

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        # The SDK's own way quotes the value that does not fit, which may be a secret.
        self.append_builtin_config(self.config_jsonschema)
        # Null means "not set".
        self._config = {name: value for name, value in self._config.items() if value is not None}
        declared.add_implied_settings(self._config)
        values = {name: str(self._config.get(name, "")) for name in ("username", "client_id", *settings.SECRETS)}
        pairs = {api.credentials for api in _APIS.values() if api.credentials}
        mask_secrets(values.values(), [(values[user], values[word]) for user, word in pairs])
        self._warn_of_odd_settings()
        # Of an unknown API nothing is known; that it is unknown is the fault to tell.
        api = _APIS.get(str(self._config["api"]))
        # Each of these classes has a name, though the SDK declares it of their objects only.
        builtin = [stream.name for stream in STREAMS.get(api.name, ())] if api else []  # type: ignore[misc]
        self._checked = check_settings(self._config, self.config_jsonschema, api=api, builtin=builtin)
        if not self._reads_variables:
            self._checked.faults.extend(environment.unread_variables(self._checked.faults, self._env_var_prefix))
        # Discovery alone does not ask for settings, but names are what it finds.
        if raise_errors or self._checked.is_prefix_wrong:
            self._checked.refuse_faults()
        return self._checked.faults

    def _warn_of_odd_settings(self) -> None:
        known = self.config_jsonschema["properties"]
        # `batch_config` is refused, which says enough.
        unknown = sorted(self._config.keys() - known.keys() - {"batch_config"})
        if unknown:
            told = ", ".join(f"'{shorten(name)}'{guess(name, known)}" for name in unknown)
            self.logger.warning("Settings: unknown, so not used: %s", told)
        for name in ("username", *settings.SECRETS):
            value = self._config.get(name)
            if isinstance(value, str) and value != value.strip():
                # A mounted secret often ends with a line break.
                self.logger.warning("Settings: '%s' begins or ends with white space, which is sent as well", name)

    @override
    def setup_mapper(self) -> None:
        # As the SDK does it, but it takes all fields from a stream that is not selected, and then finds no key in it.
        try:
            super(Tap, self).setup_mapper()
            for entry in self.catalog.streams:
                name = entry.stream or entry.tap_stream_id
                schema, mask = entry.schema.to_dict(), entry.metadata.resolve_selection()
                selected = get_selected_schema(name, schema, mask) if mask[()] else schema
                self.mapper.register_raw_stream_schema(name, selected, entry.key_properties)
        except AnalyticsError:
            # Discovery may run in here.
            raise
        except ConfigValidationError as error:
            msg = f"Settings: {shorten('; '.join(error.errors) or str(error))}"
            raise SettingsError(msg) from error
        except Exception as error:
            # The SDK lets through whatever an odd expression, or a very short name, leads to.
            msg = f"Settings: 'stream_maps' or flattening: {shorten(str(error))}"
            raise SettingsError(msg) from error

    # The process

    @override
    def _setup_signal_handlers(self) -> None:
        # The SDK's own way leaves out SIGHUP. Handlers can be set in the main thread only.
        if current_thread() is main_thread():
            signals.handle(self._handle_termination)

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        # The SDK writes state from here and exits 0, so that a killed run looks like a good one. The last STATE that
        # was written is a safe one.
        if self._is_stopping:
            # One signal is enough, and this one may have come while the handler of the first one waits.
            return
        self._is_stopping = True
        if self._report is not None:
            signals.tell(signum, self._report.on_stop)
        cast("LineWriter", self.message_writer).stop(128 + signum)
