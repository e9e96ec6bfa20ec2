"""Paired results from JSON and CSV."""

from __future__ import annotations

import json

import pytest

from sereno.lora.document import AdapterError
from sereno.lora.paired import Pair, read_paired


def test_json_with_names() -> None:
    items = [{"item": 1, "baseline": True, "candidate": 0}, {"item": "b", "baseline": 0.5, "candidate": 1}]
    text = {"baseline": "v1", "candidate": "v2", "eval_set": "faq", "base_digest": "sha256:ab", "items": items}
    found = read_paired("r.json", json.dumps(text).encode())
    assert found.pairs == (Pair("1", 1.0, 0.0), Pair("b", 0.5, 1.0))
    assert (found.baseline, found.candidate, found.eval_set, found.base_digest) == ("v1", "v2", "faq", "sha256:ab")
    assert not found.binary


def test_csv_as_spreadsheets_write_it() -> None:
    found = read_paired("r.CSV", "\ufeffitem,baseline,candidate,note\r\na,pass,FAIL,x\r\nb,0,1,\r\n".encode())
    assert found.pairs == (Pair("a", 1.0, 0.0), Pair("b", 0.0, 1.0))
    assert found.binary


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("r.json", b"{}", "items"),
        ("r.json", b'{"items": [1]}', "item 1 is no"),
        ("r.json", b'{"items": [{"item": 1, "baseline": 1, "candidate": 2}]}', "item 1: candidate is '2'"),
        ("r.json", b'{"items": [{"item": 1, "baseline": NaN, "candidate": 1}]}', "baseline is 'nan'"),
        ("r.csv", b"a,b\n1,2\n", "expected item, baseline, candidate"),
        ("r.csv", b"item,baseline,candidate\na,1\n", "r.csv:2: candidate is 'None'"),
        ("r.csv", b"item,baseline,candidate\na,1,1\na,0,0\n", "item 'a' stands twice"),
        ("r.csv", b"item,baseline,candidate\n", "holds no item"),
        ("r.csv", b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_wrong_line_is_named(name: str, raw: bytes, said: str) -> None:
    with pytest.raises(AdapterError, match=said):
        read_paired(name, raw)
