"""What the tap makes of its settings, state and catalog: they are checked before anything is asked for."""

from __future__ import annotations

from abc import ABC
from copy import deepcopy
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import Tap
from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._catalog import get_selected_schema
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.singerlib import Catalog
from typing_extensions import override

from tap_analytics.apis import declared
from tap_analytics.apis.registry import APIS, STREAMS
from tap_analytics.command_line.command_tap import CommandTap
from tap_analytics.command_line.logs import mask_secrets, quiet_sdk
from tap_analytics.errors import AnalyticsError, SettingsError
from tap_analytics.quoting import guess, shorten
from tap_analytics.settings import environment
from tap_analytics.settings import schema as settings
from tap_analytics.settings.catalog import given_catalog
from tap_analytics.settings.faults import check_settings
from tap_analytics.singer.state import given_state

if TYPE_CHECKING:
    from singer_sdk.about import AboutInfo


class ConfiguredTap(CommandTap, ABC):
    """A tap that names every fault of its settings in one line, and no secret."""

    # A copy: the SDK adds its own settings to it.
    config_jsonschema: ClassVar[dict[str, Any]] = deepcopy(settings.CONFIG_JSONSCHEMA)

    def __init__(
        self,
        *,
        config: Any = None,  # noqa: ANN401 - each of these may be anything
        state: Any = None,  # noqa: ANN401
        catalog: Any = None,  # noqa: ANN401
        **kwargs: Any,
    ) -> None:
        quiet_sdk(self.logger)
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
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        # The SDK's own way quotes the value that does not fit, which may be a secret.
        self.append_builtin_config(self.config_jsonschema)
        # Null means "not set".
        self._config = {name: value for name, value in self._config.items() if value is not None}
        declared.add_implied_settings(self._config)
        values = {name: str(self._config.get(name, "")) for name in ("username", "client_id", *settings.SECRETS)}
        pairs = {api.credentials for api in APIS.values() if api.credentials}
        mask_secrets(values.values(), [(values[user], values[word]) for user, word in pairs])
        self._warn_of_odd_settings()
        # Of an unknown API nothing is known; that it is unknown is the fault to tell.
        api = APIS.get(str(self._config["api"]))
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
