"""What is put together by hand is YAML that any reader reads back."""

from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from sereno.slo.yaml_text import block, mapping, scalar

TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


@given(TEXT)
def test_a_scalar_reads_back(text: str) -> None:
    assert yaml.safe_load(f"a: {scalar(text)}\n") == {"a": text}


@given(st.dictionaries(TEXT, TEXT, min_size=1, max_size=4))
def test_a_mapping_reads_back(fields: dict[str, str]) -> None:
    assert yaml.safe_load("a:\n" + mapping(fields, 2)) == {"a": fields}


@given(TEXT)
def test_a_block_reads_back(text: str) -> None:
    assert yaml.safe_load(f"- a:{block(text, 6)}  b: c\n") == [{"a": text, "b": "c"}]


def test_what_people_read_stays_readable() -> None:
    assert scalar("slo:sli_error:ratio_rate5m") == "slo:sli_error:ratio_rate5m"
    assert block("a\n  and b", 4) == " |-\n    a\n      and b\n"
