"""What the command `tap-analytics` does with its options."""

from __future__ import annotations

import json
from abc import ABC
from typing import IO, TYPE_CHECKING, Any

from singer_sdk import Tap
from singer_sdk.plugin_base import _ConfigInput
from singer_sdk.tap_base import CliTestOptionValue
from typing_extensions import override

from tap_analytics.command_line.command import AnalyticsCommand, checked, read_settings
from tap_analytics.errors import SettingsError

if TYPE_CHECKING:
    import click


class CommandTap(Tap, ABC):
    """A tap whose command names the file, or the setting, that is wrong."""

    @classmethod
    @override
    def invoke(cls, *, state: IO[str] | None = None, catalog: IO[str] | None = None, **options: Any) -> None:
        if not options.get("about") and options.get("config") == _ConfigInput():
            msg = (
                "Settings: there are none, so 'api_url' is missing, and 'api_key' for the subscription API. Give a "
                "file with --config, or --config ENV for variables like TAP_ANALYTICS_API_URL; --about lists all"
            )
            raise SettingsError(msg)
        # The SDK's line about a file that is no JSON does not say which file.
        super().invoke(state=checked("State", state), catalog=checked("Catalog", catalog), **options)

    @classmethod
    @override
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        if value != CliTestOptionValue.All.value:
            super().cb_test(ctx, param, value)
            return
        # The SDK's own test knows no catalog, and so not what is selected.
        config = ctx.params.get("config", _ConfigInput())
        catalog = checked("Catalog", ctx.params.get("catalog"))
        tap = cls(
            config=config.config, parse_env_config=config.parse_env, catalog=json.load(catalog) if catalog else None
        )
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
