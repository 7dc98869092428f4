"""What the command `tap-analytics` does with its options."""

from __future__ import annotations

from abc import ABC
from contextlib import redirect_stdout
from io import StringIO
from typing import IO, TYPE_CHECKING, Any

from singer_sdk import Tap
from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.plugin_base import _ConfigInput
from singer_sdk.tap_base import CliTestOptionValue
from typing_extensions import override

from tap_analytics.command_line.command import AnalyticsCommand, json_in, read_settings
from tap_analytics.command_line.progress import refusal_summed_up
from tap_analytics.errors import SettingsError
from tap_analytics.singer.stdout import STDOUT

if TYPE_CHECKING:
    import click


class CommandTap(Tap, ABC):
    """A tap whose command names the file, or the setting, that is wrong."""

    @classmethod
    @override
    def invoke(  # type: ignore[override] # as in the SDK
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: _ConfigInput | None = None,
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
    ) -> None:
        # As the SDK does it, but here it is known whether the run is refused before it begins.
        super(Tap, cls).invoke(about=about, about_format=about_format)
        config = config or _ConfigInput()
        if config == _ConfigInput():
            msg = (
                "Settings: there are none, so 'api_url' is missing, and 'api_key' for the subscription API. Give a "
                "file with --config, or --config ENV for variables like TAP_ANALYTICS_API_URL; --about lists all"
            )
            raise SettingsError(msg)
        cls.print_version(print_fn=cls.logger.info)
        with refusal_summed_up(cls._summary_file(config)):
            tap = cls(
                config=config.config,
                state=json_in("State", state),
                catalog=json_in("Catalog", catalog),
                parse_env_config=config.parse_env,
            )
        tap.sync_all()

    @classmethod
    @override
    def print_about(cls, output_format: str | None = None) -> None:
        # The SDK prints, and where stdout does not block, or is a raw file, a part of that goes out.
        text = StringIO()
        with redirect_stdout(text):
            super().print_about(output_format)
        STDOUT.write(text.getvalue().encode())

    @classmethod
    def _summary_file(cls, config: _ConfigInput) -> str | None:
        """Return the path that the settings give the summary, even where something else is wrong with them."""
        schema = {"properties": {"summary_file": {"type": ["string"]}}}
        given = parse_environment_config(schema, cls._env_var_prefix) if config.parse_env else {}
        path = {**(config.config or {}), **given}.get("summary_file")
        return path if isinstance(path, str) else None

    @classmethod
    @override
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        if value != CliTestOptionValue.All.value:
            super().cb_test(ctx, param, value)
            return
        # The SDK's own test knows no catalog, and so not what is selected.
        config = ctx.params.get("config", _ConfigInput())
        catalog = json_in("Catalog", ctx.params.get("catalog"))
        tap = cls(config=config.config, parse_env_config=config.parse_env, catalog=catalog)
        tap.run_connection_test()
        ctx.exit()

    @classmethod
    @override
    def cb_config(cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]) -> _ConfigInput:
        config: dict[str, Any] = {}
        for name in value:
            if name != "ENV":
                config |= read_settings(name)
        return _ConfigInput(config=config, parse_env="ENV" in value)

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        command = super().get_singer_command()
        for param in command.params:
            # `--test` does its work while the command line is read, and is to know the catalog.
            param.is_eager = param.is_eager or param.name == "catalog"
        return AnalyticsCommand(
            name=command.name,
            callback=command.callback,
            context_settings=command.context_settings,
            params=command.params,
            help=command.help,
            logger=cls.logger,
        )
