"""No secret leaves, in none of its forms."""

from __future__ import annotations

import base64
import io
import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_analytics.command_line.logs import SecretMask, mask_secrets
from tests.unit.taps import tap_of

if TYPE_CHECKING:
    from collections.abc import Iterator


SECRET = "pä ss/wo+rd%&=:"  # noqa: S105
# As long as real ones: short texts occur in anything.
SECRETS = st.text(st.characters(codec="utf-8"), min_size=8)


def forms(secret: str, user: str = "") -> list[str]:
    pair = base64.b64encode(f"{user}:{secret}".encode()).decode()
    encoded = secret.encode()
    in_addresses = [quote(secret, safe=""), quote(secret), quote_plus(secret)]
    in_headers = [base64.b64encode(encoded).decode(), base64.urlsafe_b64encode(encoded).decode(), pair]
    return [secret, *in_addresses, *in_headers, json.dumps(secret)[1:-1]]


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger with a handler of its own, which gets no secret, and what is written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    mask_secrets([SECRET], [("user", SECRET)])
    logger = logging.getLogger("tests.masked")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    yield logger, written
    logger.removeHandler(handler)


@given(SECRETS, SECRETS, st.text(), st.text())
def test_every_form_of_a_secret_is_masked_wherever_it_stands(secret: str, user: str, before: str, after: str) -> None:
    mask = SecretMask([secret], [(user, secret)]).mask
    for form in forms(secret, user):
        assert form not in mask(f"{before}{form}{after}").replace("*" * 8, "\0")


def test_a_line_whose_arguments_do_not_fit_is_masked_too(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    logger.warning("%d of %d", SECRET)  # noqa: PLE1206 - that is the point
    assert SECRET not in written.getvalue()
    assert "%d of %d" in written.getvalue()


@given(st.text(), st.text())
def test_a_text_without_secrets_is_left_as_it_is(text: str, user: str) -> None:
    assert SecretMask(["", SECRET], [(user, SECRET)]).mask(text) == text


def test_a_secret_that_holds_another_one_is_masked_whole() -> None:
    masked = SecretMask(["secret", "secret-and-more"]).mask("a secret-and-more b")
    assert "more" not in masked


@pytest.mark.parametrize("form", forms(SECRET, "user"))
def test_a_message_is_masked_with_its_arguments(log: tuple[logging.Logger, io.StringIO], form: str) -> None:
    logger, written = log
    logger.debug("sent %(key)s", {"key": form})
    logger.info("key is %s in %d", form, 7)
    logger.warning(f"key is {form}")  # noqa: G004
    assert written.getvalue().count("*" * 8) == 3
    assert form not in written.getvalue()


@pytest.mark.parametrize("form", forms(SECRET, "user"))
def test_a_stack_trace_is_masked(log: tuple[logging.Logger, io.StringIO], form: str) -> None:
    logger, written = log
    try:
        "".index(form)
    except ValueError as error:
        error.args = (form,)
        logger.exception("failed")
    assert form not in written.getvalue()
    assert "Traceback" in written.getvalue()
    assert written.getvalue().startswith("ERROR failed")


def test_a_line_without_secrets_is_written_as_it_is(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    logger.info("%s of %d (100%%)", "records", 7)
    assert written.getvalue() == "INFO records of 7 (100%)\n"


def test_new_secrets_take_the_place_of_the_old_ones(caplog: pytest.LogCaptureFixture) -> None:
    mask_secrets(["first-secret"])
    mask_secrets(["second-secret"])
    logging.getLogger().error("first-secret, second-secret")
    assert caplog.messages == ["first-secret, ********"]


def test_the_user_name_the_password_and_their_pair_are_masked(caplog: pytest.LogCaptureFixture) -> None:
    tap = tap_of("support")
    pair = base64.b64encode(b"agent@example.com:the-password").decode()
    tap.logger.warning("bad login for %s: %s %s", "agent@example.com", "the-password", pair)
    assert caplog.messages == ["bad login for ********: ******** ********"]


def test_short_texts_are_masked_only_as_basic_authentication_sends_them() -> None:
    mask = SecretMask(["k", "pwd"], [("k", "k"), ("", "")]).mask
    assert mask("I like pwd: aw==") == "I like pwd: aw=="
    pair = base64.b64encode(b"k:k").decode()
    assert pair not in mask(f"Basic {pair}")


@pytest.mark.parametrize("address", ["http://us3r:pa%2Fss@proxy:1", "http://us3r:pa/ss@", "https://us3r:pa/ss@[:x"])
def test_the_credentials_of_proxies_are_masked(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    mask_secrets([])
    logging.getLogger().error("%s: pa/ss, pa%%2Fss, %s", address, base64.b64encode(b"us3r:pa/ss").decode())
    for secret in ("us3r", "pa/ss", "pa%2Fss", base64.b64encode(b"us3r:pa/ss").decode()):
        assert secret not in caplog.text


def test_no_secret_stands_in_the_catalog_or_the_state() -> None:
    tap = tap_of("support")
    assert "the-password" not in f"{tap.catalog_json_text}{tap.state}"
