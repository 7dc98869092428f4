"""The command line: a failure is one line on stderr and an exit code that is not 0."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, NoReturn

from singer_sdk.plugin_base import SingerCommand
from typing_extensions import override

from tap_analytics.errors import AnalyticsError, OutputError, SettingsError
from tap_analytics.quoting import kind_of
from tap_analytics.singer.stdout import STDOUT


class AnalyticsCommand(SingerCommand):
    """The SDK's command, without its stack traces.

    `--test` and `--discover` do their work while the command line is read, so this wraps the whole of it.
    """

    @override
    def main(self, *args: Any, **kwargs: Any) -> Any:
        # The SDK warns of a Python near its end of life at every start; which Pythons the tap takes is ours to say.
        warnings.filterwarnings("ignore", message=r"Python 3\.\d+ (reached|will reach) its end of life")
        # Click leaves the file of `--state` open when `--discover` fails, and Meltano shows such warnings.
        warnings.filterwarnings("ignore", message="unclosed file", category=ResourceWarning)
        try:
            try:
                return super().main(*args, **kwargs)
            finally:
                # What was printed (the version, the settings) is done only when it has gone out.
                STDOUT.write(b"")
        except OutputError as error:
            self._tell(str(error))
            STDOUT.discard()
        except AnalyticsError as error:
            self._tell(str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, a user reads it
            self._tell(f"{type(error).__name__}: {error}")
        sys.exit(1)

    def _tell(self, message: str) -> None:
        # At level DEBUG the trace is logged, too.
        self.logger.error("%s", message, exc_info=self.logger.isEnabledFor(logging.DEBUG))


def json_in(name: str, file: IO[str] | None) -> Any:  # noqa: ANN401 - any JSON but null or a text
    """Return what a file of JSON holds; the file itself may be a pipe.

    Args:
        name: What the file holds, for the error message.
        file: The file, if there is one.

    Raises:
        SettingsError: The content is no JSON, or null, or a text.
    """
    if file is None:
        return None
    try:
        # Some editors put a byte order mark before the text.
        text = file.read().removeprefix("\ufeff")
        document: Any = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        msg = _no_json(name, file.name, error)
        raise SettingsError(msg) from error
    if document is None or isinstance(document, str):
        # The SDK would take it for no file, or for the path of another one.
        msg = f"{name}: {file.name} holds {kind_of(document)}, where an object belongs"
        raise SettingsError(msg)
    return document


def read_settings(name: str) -> dict[str, Any]:
    """Return the settings in a file.

    Args:
        name: The file's name.

    Raises:
        SettingsError: The file cannot be read, or holds no JSON object.
    """
    try:
        text = Path(name).read_text(encoding="utf-8-sig")
        content: object = json.loads(text, parse_constant=_refuse_constant)
    except OSError as error:
        msg = f"Settings: {name} cannot be read ({error.strerror})"
        raise SettingsError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = _no_json("Settings", name, error)
        raise SettingsError(msg) from error
    if not isinstance(content, dict):
        msg = f"Settings: {name} must hold a JSON object, with a value for each setting"
        raise SettingsError(msg)
    return content


def _no_json(name: str, file: str, error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        if not error.doc.strip():
            first = ". For a first run, leave out --state; else restore the last good one" if name == "State" else ""
            return f"{name}: {file} is empty{first}"
        if name == "State" and error.msg == "Extra data":
            return f"{name}: {file} holds several JSON texts: keep the last one, which is the newest"
    return f"{name}: {file} holds no JSON ({error})"


def _refuse_constant(name: str) -> NoReturn:
    msg = f"{name} is no JSON value"
    raise ValueError(msg)
