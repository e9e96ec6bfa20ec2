"""The mark of Sereno's own calls: only who can read the salt can make it."""

from __future__ import annotations

from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.trust.internal import internal_mark, internal_token, internal_value

SALT = b"s" * 32


def test_token_is_blake2b_keyed_with_the_salt() -> None:
    assert internal_token(SALT) == blake2b(b"sereno internal call", key=SALT, digest_size=16).hexdigest().encode()
    assert internal_token(SALT) != internal_token(b"o" * 32)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64))
def test_mark_comes_back_with_the_right_salt_only(mark: str) -> None:
    value = internal_value(mark, SALT)
    assert internal_mark(value, SALT) == mark
    assert internal_mark(value, b"o" * 32) is None


@pytest.mark.parametrize("mark", ["", " ", "a b", "a\r\nX: y", "a\n", "\0", "é", "x" * 65])
def test_mark_that_would_break_a_header_is_refused(mark: str) -> None:
    with pytest.raises(ValueError, match="visible ASCII"):
        internal_value(mark, SALT)


@given(st.binary(max_size=120))
def test_any_other_value_is_no_mark(value: bytes) -> None:
    assert internal_mark(value, SALT) is None


@pytest.mark.parametrize("change", [lambda v: v + b"0", lambda v: v[:-1], lambda v: v.upper(), lambda v: b" " + v,
                                    lambda v: v.replace(b" ", b"  "), lambda v: v[v.index(b" ") :]])  # fmt: skip
def test_value_that_is_nearly_right_is_no_mark(change: object) -> None:
    assert callable(change)
    assert internal_mark(change(internal_value("explain", SALT)), SALT) is None
