"""What people write: times, loads, header fields, URLs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.errors import ConfigError
from sereno.loadtest.address import read_address
from sereno.loadtest.profile import Stage
from sereno.loadtest.wording import read_headers, read_load, read_pause, read_time


def test_a_number_is_held_and_stages_bring_their_own_time() -> None:
    assert read_load("--users", "5", 60.0, 10.0).stages == (Stage(10.0, 0.0, 5.0), Stage(50.0, 5.0, 5.0))
    assert read_load("--rate", "0.5", 60.0, 0.0).stages == (Stage(60.0, 0.5, 0.5),)
    assert read_load("--rate", "1m:2-4", 7.0, 0.0).stages == (Stage(60.0, 2.0, 4.0),)


def test_times_and_pauses_are_durations() -> None:
    assert read_time("--x", "1m30s") == 90.0
    assert read_pause("--x", "500ms-2s") == (0.5, 2.0)


@given(st.text(max_size=30))
def test_any_text_is_a_load_or_refused_by_name(text: str) -> None:
    try:
        area = read_load("--users", text, 60.0, 0.0).area
    except ConfigError as error:
        told = str(error)
    else:
        told = "--users" if area > 0 else ""
    assert told.startswith("--users")


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = read_address(text)
    except ConfigError:
        return
    assert address.host
    assert "\n" not in address.origin + address.path + address.query


def test_headers_are_fields_by_lower_case_name() -> None:
    assert read_headers(["Authorization: Bearer a:b", "X-Empty:"]) == {"authorization": "Bearer a:b", "x-empty": ""}


@pytest.mark.parametrize("line", ["X", ": y", "X Y: z", "X: a\r\nEvil: b", "X: \u00e9", "Content-Length: 5", "HOST: a"])
def test_fields_that_would_break_a_request_are_refused(line: str) -> None:
    with pytest.raises(ConfigError, match="--header"):
        read_headers([line])


@pytest.mark.parametrize(
    ("url", "host", "port", "authority"),
    [
        ("http://example.org", "example.org", 80, "example.org"),
        ("https://example.org", "example.org", 443, "example.org"),
        ("https://example.org:80/v1/", "example.org", 80, "example.org:80"),
        ("http://[::1]:11434", "::1", 11434, "[::1]:11434"),
    ],
)
def test_host_leaves_out_the_scheme_s_own_port(url: str, host: str, port: int, authority: str) -> None:
    address = read_address(url)
    assert (address.host, address.port, address.authority) == (host, port, authority)
