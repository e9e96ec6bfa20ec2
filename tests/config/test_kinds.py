"""Each kind reads what people write, shows what it reads back, and says what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sereno.config import kinds
from sereno.config.kinds import Address, Kind, Secret
from sereno.config.table import SETTINGS

HERE = Path("/base")

RIGHT: list[tuple[Kind[Any], object, object]] = [
    (kinds.size(), "4MiB", 4 * 1024**2),
    (kinds.size(), "4 MB", 4_000_000),
    (kinds.size(), "1.5k", 1536),
    (kinds.size(), "10gib", 10 * 1024**3),
    (kinds.size(), 65536, 65536),
    (kinds.size(), "0", 0),
    (kinds.duration(), "30s", 30.0),
    (kinds.duration(), "250ms", 0.25),
    (kinds.duration(), "5m", 300.0),
    (kinds.duration(), "1.5h", 5400.0),
    (kinds.duration(), "2d", 172800.0),
    (kinds.duration(), 2, 2.0),
    (kinds.duration(), 0.5, 0.5),
    (kinds.optional(kinds.duration()), "off", None),
    (kinds.optional(kinds.duration()), False, None),
    (kinds.optional(kinds.integer(1, 9)), "5", 5),
    (kinds.integer(1, 9), 9, 9),
    (kinds.integer(-5, 9), " -5 ", -5),
    (kinds.boolean(), "Yes", True),
    (kinds.boolean(), "0", False),
    (kinds.boolean(), True, True),
    (kinds.address(), "127.0.0.1:11434", Address("127.0.0.1", 11434)),
    (kinds.address(), "[::1]:0", Address("::1", 0)),
    (kinds.address(), "localhost:80", Address("localhost", 80)),
    (kinds.address(), ":80", Address("0.0.0.0", 80)),
    (kinds.url(), "https://h.example.org:8443/base/", "https://h.example.org:8443/base"),
    (kinds.url(rooted=True), "http://[::1]:1/", "http://[::1]:1"),
    (kinds.path(), "a/b", HERE / "a/b"),
    (kinds.path(), "/a/b", Path("/a/b")),
    (kinds.path(), "~/x", Path.home() / "x"),
    (kinds.texts(), "a, b ,,c", ("a", "b", "c")),
    (kinds.texts(), ["a", " b c "], ("a", "b c")),
    (kinds.texts(), "", ()),
    (kinds.texts(commas=True), ["a,b", " c "], ("a,b", "c")),
    (kinds.texts(commas=True), '["a,b", "c"]', ("a,b", "c")),
    (kinds.texts(commas=True), "[a-z]+,b", ("[a-z]+", "b")),
    (kinds.texts(commas=True), "[]", ("[]",)),
    (kinds.choice("auto", "never"), "Never", "never"),
    (kinds.secret(), " s3cret\n", Secret("s3cret")),
]  # fmt: skip

WRONG: list[tuple[Kind[Any], object]] = [
    (kinds.size(), "-1"), (kinds.size(), "4 parsecs"), (kinds.size(), "1e9"), (kinds.size(), True), (kinds.size(), ""),
    (kinds.size(), float("nan")), (kinds.size(), float("inf")), (kinds.size(), [1]), (kinds.size(1024), 1023),
    (kinds.size(), "٣"), (kinds.duration(), "soon"), (kinds.duration(), "-3s"), (kinds.duration(0.1), "50ms"),
    (kinds.duration(), None), (kinds.integer(1, 9), 0), (kinds.integer(1, 9), 10), (kinds.integer(1, 9), 1.5),
    (kinds.integer(1, 9), "1.0"), (kinds.integer(1, 9), "off"), (kinds.integer(1, 9), True),
    (kinds.integer(1, 9), "9" * 5000),
    (kinds.boolean(), "maybe"), (kinds.boolean(), 1), (kinds.address(), "127.0.0.1"), (kinds.address(), "::1:80"),
    (kinds.address(), "h:65536"), (kinds.address(), "h:-1"), (kinds.address(), "h:"), (kinds.address(), "http://h:1"),
    (kinds.address(), "[h]:1"), (kinds.address(), "a b:1"), (kinds.address(), 80), (kinds.address(), "h:٣"),
    (kinds.url(), "h:1"), (kinds.url(), "ftp://h"), (kinds.url(), "http://"), (kinds.url(), "http://h:99999"),
    (kinds.url(), "http://u:p@h"), (kinds.url(), "http://h/?q"), (kinds.url(), "http://h#f"), (kinds.url(), "http://h\n.x"),
    (kinds.url(rooted=True), "http://h/v1"), (kinds.path(), ""), (kinds.path(), "a\x00b"), (kinds.texts(), [1]),
    (kinds.texts(), ["a,b"]),
    (kinds.texts(), 1), (kinds.choice("a", "b"), "c"), (kinds.choice("a", "b"), 1), (kinds.text(), 1),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given_value", "expected"), RIGHT)
def test_right_values(kind: Kind[Any], given_value: object, expected: object) -> None:
    assert kind.read(given_value, HERE) == expected


@pytest.mark.parametrize(("kind", "given_value"), WRONG)
def test_wrong_values(kind: Kind[Any], given_value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  any reason will do
        kind.read(given_value, HERE)


@given(st.integers(0, 2**49))
def test_a_size_is_read_back_as_shown(value: int) -> None:
    shown = kinds.show_size(value)
    assert kinds.size().read(shown, HERE) == value


@given(st.one_of(st.integers(0, 10**7).map(float), st.integers(1, 999).map(lambda ms: ms / 1000)))
def test_a_duration_is_read_back_as_shown(value: float) -> None:
    assert kinds.duration().read(kinds.show_duration(value), HERE) == pytest.approx(value)


@given(st.from_regex(r"[a-z0-9.-]{1,20}|\[[0-9a-f:]{2,20}\]", fullmatch=True), st.integers(0, 65535))
def test_an_address_is_read_back_as_shown(host: str, port: int) -> None:
    address = kinds.address().read(f"{host}:{port}", HERE)
    assert kinds.address().read(str(address), HERE) == address


@given(st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.text())))
def test_whatever_is_given_is_read_or_a_value_error(value: object) -> None:
    for row in SETTINGS:
        try:
            row.kind.read(value, HERE)
        except ValueError:
            continue


@pytest.mark.parametrize("row", [row for row in SETTINGS if row.default is not None], ids=lambda row: row.name)
def test_every_default_is_a_value_of_its_kind(row: Any) -> None:
    shown = row.kind.show(row.default)
    if not row.secret:
        assert row.kind.read(shown, HERE) in {row.default, Path.home() / str(row.default).removeprefix("~/")}


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    assert secret.reveal() == "hunter2"


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(["[]", "[a-z]+", '["a"]', "a,b", '"', "[1]", "[", "]"]),
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool),
        ),
        max_size=4,
    )
)
def test_a_list_whose_items_hold_commas_is_read_back_as_it_was(items: list[str]) -> None:
    kind = kinds.texts(commas=True)
    assert kind.read(items, HERE) == tuple(items)
    assert kind.read(kind.show(tuple(items)), HERE) == tuple(items)
