"""The plan of what is read apart: nothing twice, nothing left out, and the same ids at every time."""

from __future__ import annotations

import io
import json
import os
import re
import threading
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tap_analytics.errors import SettingsError
from tap_analytics.shards.accounts import accounts_in
from tap_analytics.shards.command import main
from tap_analytics.shards.groups import groups_of
from tap_analytics.shards.labels import label_of
from tap_analytics.shards.plan import back_fill, nightly
from tap_analytics.shards.streams import ShardedStream, streams_of
from tap_analytics.shards.windows import PERIODS, tile

DAYS = st.dates(date(1, 1, 1), date(2100, 1, 1))
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60)
# A label of Kubernetes, which is the strictest of those that an id may become.
LABEL = re.compile(r"[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9])?")
STREAMS = {
    "posts": ShardedStream("posts", "posts", has_windows=False, is_default=True),
    "comments": ShardedStream("comments", "posts", has_windows=False, is_default=True),
    "likes": ShardedStream("likes", "posts", has_windows=True, is_default=False),
    "events": ShardedStream("events", "events", has_windows=True, is_default=True),
    "tags": ShardedStream("tags", "tags", has_windows=False, is_default=True),
}


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    """Return the shards that the command prints."""
    assert main(arguments) == 0
    shards: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return shards


# Windows


@given(DAYS, st.integers(0, 1200), st.sampled_from(PERIODS))
def test_windows_tile_the_range_without_a_gap_or_an_overlap(first: date, days: int, period: str) -> None:
    last = first + timedelta(days=days)
    windows = list(tile(first, last, period))
    assert windows[0].first == first
    assert windows[-1].last == last
    assert all(window.first <= window.last for window in windows)
    assert all(a.last + timedelta(days=1) == b.first for a, b in pairwise(windows))


@given(DAYS, st.integers(0, 800), st.integers(0, 400), st.integers(0, 400), st.sampled_from(PERIODS))
def test_a_longer_range_keeps_the_windows_within(first: date, days: int, before: int, after: int, period: str) -> None:
    assume(first.toordinal() > before)
    last = first + timedelta(days=days)
    shorter = list(tile(first, last, period))
    longer = set(tile(first - timedelta(days=before), last + timedelta(days=after), period))
    # Those at both ends may have been cut.
    assert longer.issuperset(shorter[1:-1])


# Ids


@settings(max_examples=40)
@example(
    [], ["acme", "Acme", "ACME", " acme corp", "acme-corp", "acme.corp", "Müller", "muller", "日本", "中国", "_", "a_"]
)
@example(["acme"], ["Acme", label_of("Acme"), label_of(label_of("Acme"))])
@given(st.lists(NAMES), st.lists(NAMES, min_size=1))
def test_ids_are_unique_fit_as_labels_and_do_not_depend_on_the_other_accounts(
    others: list[str], names: list[str]
) -> None:
    names, groups = (
        list(dict.fromkeys(name.strip() for name in names)),
        groups_of(["a=tags", "long_name_12=*"], STREAMS),
    )
    all_names = list(dict.fromkeys([*(name.strip() for name in others), *names]))
    windows = list(tile(date(2023, 12, 31), date(2024, 1, 31), "month"))

    def plan(names: list[str]) -> dict[str, list[str]]:
        accounts = accounts_in(json.dumps(names))
        shards = [*nightly(accounts, groups), *back_fill(accounts, groups, STREAMS, windows)]
        assert len({shard.id for shard in shards}) == len(shards) == len(names) * (2 + 2)
        assert all(LABEL.fullmatch(shard.id) for shard in shards)
        return {name: [shard.id for shard in shards if shard.account == name] for name in names}

    assert plan(names).items() <= plan(all_names[::-1]).items()


def test_ids_are_those_of_earlier_versions() -> None:
    """A state is kept under an id: another id would read everything anew."""
    assert [label_of(name) for name in ("acme", "Acme Corp.", "Müller", "a" * 33, "日本")] == [
        "acme",
        "acme_corp_2c074cd39d",
        "muller_a78429899b",
        "aaaaaaaaaaaaaaaaaaaaa_852785c805",
        "account_cf2abf0c5b",
    ]


# Streams


@given(st.dictionaries(st.sampled_from([*STREAMS, "*"]), st.sampled_from(["one", "two", "three"]), min_size=1))
def test_a_parent_and_its_children_are_in_one_group_or_refused(home: dict[str, str]) -> None:
    given_groups = [
        f"{group}={','.join(name for name in home if home[name] == group)}" for group in dict.fromkeys(home.values())
    ]
    rest = home.pop("*", None)
    home |= {name: rest for name, each in STREAMS.items() if rest and each.is_default and name not in home}
    is_parted = len({home[name] for name in home if STREAMS[name].family == "posts"}) > 1
    if is_parted or rest not in {None, *home.values()}:
        with pytest.raises(SettingsError, match="read for both" if is_parted else "has no stream"):
            groups_of(given_groups, STREAMS)
        return
    groups = groups_of(given_groups, STREAMS)
    assert {name: group.name for group in groups for name in group.streams} == home
    assert max(Counter(name for group in groups for name in group.streams).values()) == 1


@pytest.mark.parametrize(("api", "filtered"), [("subscription", {"activities"}), ("support", {"events"})])
def test_a_back_fill_has_the_streams_that_the_service_filters_by_date(
    api: str, filtered: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file := tmp_path / "accounts").write_text("acme\n", encoding="utf-8")
    (all_streams,) = printed(capsys, str(file), "--api", api)
    assert set(all_streams["streams"]) == {each.name for each in streams_of(api).values() if each.is_default}
    dates = ["--start-date", "2023-12-15", "--end-date", "2024-01-31"]
    shards = printed(capsys, str(file), "--api", api, "--group", "rest=*", "--group", "own=account", *dates)
    assert shards == [
        {"id": "acme.rest.20231215-20231231", "account": "acme", "streams": [*filtered]}
        | {"start_date": "2023-12-15", "end_date": "2023-12-31"},
        {"id": "acme.rest.20240101-20240131", "account": "acme", "streams": [*filtered]}
        | {"start_date": "2024-01-01", "end_date": "2024-01-31"},
    ]


def test_declared_streams_are_grouped_and_cut_by_what_is_declared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dates = {"cursor_path": "at", "start_param": "from", "end_param": "to"}
    resources = [
        {"name": "posts", "endpoint": {"path": "posts"}},
        {"name": "comments", "endpoint": {"path": "posts/{resources.posts.id}/comments"}},
        {"name": "log", "primary_key": "id", "endpoint": {"path": "log", "incremental": dates}},
    ]
    (file := tmp_path / "resources.json").write_text(json.dumps(resources), encoding="utf-8")
    (accounts := tmp_path / "accounts").write_text("acme\n", encoding="utf-8")
    words = [str(accounts), "--api", "declared", "--resources", str(file)]
    assert printed(capsys, *words)[0]["streams"] == ["comments", "log", "posts"]
    (shard,) = printed(capsys, *words, "--start-date", "2024-01-01", "--end-date", "2024-01-02")
    assert shard["streams"] == ["log"]
    assert main([*words, "--group", "a=posts,log", "--group", "b=comments"]) == 1
    assert "the list of 'posts' is read for both" in capsys.readouterr().err


# Accounts


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff# ours\n acme \n\n007\nno\n12:30\nKö ln\n",
        '["acme", "007", "no", "12:30", "Kö ln"]',
        "- acme\n- 007\n- no\n- 12:30\n- Kö ln\n",
        "[acme, 007, no, '12:30', Kö ln]",
        "---\n# ours\n- acme\n- 007\n\n- 'no'\n- 12:30 # noon\n- Kö ln\n",
    ],
)
def test_a_list_of_accounts_is_the_same_in_every_form(text: str) -> None:
    assert [account.name for account in accounts_in(text)] == ["acme", "007", "no", "12:30", "Kö ln"]


# The command


@pytest.mark.parametrize(
    ("accounts", "words", "said"),
    [
        ("", [], "Accounts: none is listed"),
        ("{}", [], "an object, where a list of names belongs"),
        ("[a\n", [], "neither JSON nor YAML (line 2)"),
        ("- acme\nother\n", [], "neither JSON nor YAML"),
        ("accounts:\n  - acme\n", [], "an object, where a list of names belongs"),
        ("acme\nacme", [], "number 2 ('acme') is listed before"),
        ('[{"name": "acme", "api_key": "s3cret"}]', [], "number 1 is an object, where a name belongs"),
        ("[true]", [], "number 1 is a boolean"),
        ("acme", ["--api", "declared"], "name their file with --resources"),
        ("acme", ["--group", "a=custmers"], "no such stream (is it 'customers'?)"),
        ("acme", ["--group", "A=customers"], "must be like name=stream,stream"),
        ("acme", ["--group", "a=plans", "--group", "b=plans"], "'plans' is both in 'a' and in 'b'"),
        ("acme", ["--group", "a=plans", "--group", "a=tasks"], "two have the same name"),
        ("acme", ["--group", "a=plans", "--start-date", "2024-01-01", "--end-date", "2024-01-02"], "(activities)"),
        ("acme", ["--start-date", "2024-01-01"], "both --start-date and --end-date"),
        ("acme", ["--start-date", "2024-01-02", "--end-date", "2024-01-01"], "is after the last one"),
        ("acme", ["--start-date", "2024-01-02", "--end-date", "2999-01-01"], "is not over"),
    ],
)
def test_what_is_wrong_is_one_line(
    accounts: str, words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file := tmp_path / "accounts").write_text(accounts, encoding="utf-8")
    assert main([str(file), *words]) == 1
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1
    assert said in err
    assert "s3cret" not in err


@pytest.mark.parametrize("words", [[], ["x", "--start-date", "1.1.2024"], ["x", "--window", "day"], ["x", "y"]])
def test_wrong_arguments_are_one_line_too(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_stdout_that_takes_nothing_is_one_line_and_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (file := tmp_path / "accounts").write_text("acme", encoding="utf-8")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr("sys.stdout", full)
        assert main([str(file)]) == 1
    assert capsys.readouterr().err == "tap-analytics-shards: cannot write to stdout: No space left on device\n"


@pytest.mark.parametrize("blocks", [True, False])
def test_the_list_goes_out_whole_or_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, blocks: bool
) -> None:
    (file := tmp_path / "accounts").write_text("\n".join(map(str, range(1000))), encoding="utf-8")
    receiving, sending = os.pipe()
    os.set_blocking(sending, blocks)
    # As with PYTHONUNBUFFERED, whose text layer does not write again what a raw file did not take.
    with io.TextIOWrapper(io.FileIO(sending, "w"), "utf-8", write_through=True) as stdout:
        monkeypatch.setattr("sys.stdout", stdout)
        if blocks:
            # Like `| head`: the reader is gone before all is written.
            closer = threading.Timer(0.1, os.close, [receiving])
            closer.start()
            assert main([str(file)]) == 1
            assert "Broken pipe" in capsys.readouterr().err
            closer.join()
        else:
            parts: list[bytes] = []
            reader = threading.Thread(target=lambda: parts.extend(iter(lambda: os.read(receiving, 65536), b"")))
            reader.start()
            assert main([str(file)]) == 0
    if not blocks:
        reader.join()
        os.close(receiving)
        assert len(json.loads(b"".join(parts))) == 1000
