"""The tap: which streams the chosen API has, and what becomes of a run when one of them fails."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from functools import partial
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, ClassVar, cast

from singer_sdk import Tap
from singer_sdk.helpers.capabilities import PluginCapabilities
from singer_sdk.singerlib import Catalog
from typing_extensions import override

from tap_analytics.apis import declared
from tap_analytics.apis.registry import APIS, MAKERS
from tap_analytics.command_line import signals
from tap_analytics.command_line.configured_tap import ConfiguredTap
from tap_analytics.command_line.logs import mask_also
from tap_analytics.command_line.progress import connection_test_lines, refusal_summed_up, watched
from tap_analytics.errors import SettingsError, StreamError
from tap_analytics.http.session import ApiSession
from tap_analytics.http.throttle import Throttle
from tap_analytics.singer import stream_maps
from tap_analytics.singer.stdout import STDOUT
from tap_analytics.singer.writer import LineWriter
from tap_analytics.sync.report import RunReport
from tap_analytics.sync.scheduler import Scheduler
from tap_analytics.sync.stream_failures import StreamFailures

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from contextlib import AbstractContextManager
    from types import FrameType

    from singer_sdk.helpers.capabilities import CapabilitiesEnum

    from tap_analytics.apis.declared import DeclaredStream
    from tap_analytics.http.api import Api
    from tap_analytics.sync.stream import AnalyticsStream


class TapAnalytics(ConfiguredTap):
    """Singer tap for subscription-analytics and support-desk APIs."""

    name = "tap-analytics"
    package_name = "tap-analytics"
    message_writer_class = LineWriter
    # Batches bypass stream maps and selection: what the user masked would come out in them.
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        capability for capability in Tap.capabilities if capability is not PluginCapabilities.BATCH
    ]

    def __init__(self, **kwargs: Any) -> None:
        self._failures = StreamFailures(self.logger)
        self._report: RunReport | None = None
        self._is_stopping = False
        super().__init__(**kwargs)

    @override
    def discover_streams(self) -> list[AnalyticsStream]:
        api = self._api
        if api is None:
            msg = f"Settings: 'api' must be one of {', '.join(APIS)}"
            raise SettingsError(msg)
        requests, seconds = float(api.requests), api.seconds
        if "requests_per_second" in self.config:
            requests = float(self.config["requests_per_second"]) * seconds
        most = int(self.config.get("max_parallel_requests", api.parallel_requests))
        session = self._session = ApiSession(Throttle(requests, seconds, most), mask_also)
        make_streams = MAKERS.get(api.name)
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
        return APIS.get(str(self.config.get("api")))

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
                how = "discover again (under Meltano: meltano run --refresh-catalog tap-analytics …)"
                msg = f"Catalog: the {self.config['api']} API has no stream '{entry.tap_stream_id}'; {how}"
                if any(name.endswith(entry.tap_stream_id) or entry.tap_stream_id.endswith(name) for name in known):
                    msg = f"{msg}. Was 'stream_prefix' another one when the catalog was made?"
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
