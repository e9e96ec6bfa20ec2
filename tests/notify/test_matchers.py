"""Conditions read as Alertmanager writes them; what is none is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.notify.matchers import Matcher, read_matcher


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("job=qdrant", Matcher("job", "qdrant", regex=False, equal=True)),
        ('job = "a b"', Matcher("job", "a b", regex=False, equal=True)),
        ("severity!=critical", Matcher("severity", "critical", regex=False, equal=False)),
        ('instance=~"gpu[0-9]+:.*"', Matcher("instance", "gpu[0-9]+:.*", regex=True, equal=True)),
        ("instance!~gpu.*", Matcher("instance", "gpu.*", regex=True, equal=False)),
        ("upstream=", Matcher("upstream", "", regex=False, equal=True)),
    ],
)
def test_a_condition_is_read(text: str, expected: Matcher) -> None:
    assert read_matcher(text) == expected


@pytest.mark.parametrize(
    "text", ["", "job", "=x", "1a=b", "job==x", 'job="x', "a=b,c=d", "job=a b", 'job="\\q"', "job=~("]
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no condition; expected LABEL=VALUE|escape|no regular expression"):
        read_matcher(text)


@given(st.text(), st.booleans())
def test_what_is_written_reads_back(value: str, equal: bool) -> None:
    matcher = Matcher("a", value, regex=False, equal=equal)
    assert read_matcher(str(matcher)) == matcher
