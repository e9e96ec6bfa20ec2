"""Calls as people read them."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sereno.cli.call_text import call_rows, columns, live_cells, moment, print_call, seconds, status
from sereno.query.message import CallMessage


def message(**more: object) -> CallMessage:
    told = {
        **dict.fromkeys(CallMessage.__struct_fields__), "id": "0192f0a1-b2c3-7def-8123-456789abcdef",
        "operation": "chat", "timestamp": "2026-11-20T10:00:00Z", "status": "success", "prompt": "p", "response": "r",
        "latency": 0.1, "stream": True,
    }  # fmt: skip
    return msgspec.convert({**told, **more}, CallMessage)


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({}, "ok"),
        ({"status": "aborted", "error_type": "client_closed"}, "aborted"),
        ({"status": "error", "error_type": "truncated_stream"}, "truncated_stream"),
        ({"status": "error"}, "error"),
    ],
)
def test_how_a_call_ended(more: dict[str, object], shown: str) -> None:
    assert status(message(**more)) == shown


def test_unknown_is_a_dash_never_zero() -> None:
    (row,) = call_rows([message()])
    shown = dict(zip(columns(), row, strict=True))
    assert (shown["in"], shown["out"], shown["ttft"], shown["model"]) == ("–", "–", "–", "–")
    (row,) = call_rows([message(input_tokens=0, output_tokens=0, ttft=0.0)])
    shown = dict(zip(columns(), row, strict=True))
    assert (shown["in"], shown["out"], shown["ttft"]) == ("0", "0", "0.000")


@given(st.floats(0, 1e6))
def test_seconds_are_short_and_near(value: float) -> None:
    shown = seconds(value)
    assert len(shown) <= 7
    assert float(shown) == pytest.approx(value, rel=0.006, abs=0.0006)


def test_an_old_call_has_its_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    assert moment("2001-02-03T04:05:06Z").startswith("2001-02-0")


@given(st.text(), st.text(), st.text(), st.integers(60, 200))
def test_a_live_line_fits(model: str, user: str, prompt: str, width: int) -> None:
    (cells,) = call_rows([message(model=model, user=user, prompt=prompt)])
    assert sum(map(cell_len, live_cells(cells, width))) <= width


def test_a_call_is_shown_with_everything_that_was_said(capsys: pytest.CaptureFixture[str]) -> None:
    print_call({
        "id": "x", "cost_usd": None, "stream": True, "latency": 0.25, "timing": {"total": 0.25, "load": None},
        "prompt": "why?", "response": "be\x1b[31mcause",
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "why?", "images": [{"media_type": "image/png", "size": 9}]},
            {"role": "assistant", "thinking": "hm", "tool_calls": [{"name": "look", "arguments": "{}"}]},
        ],
    })  # fmt: skip
    shown = capsys.readouterr().out
    for words in ("timing.total  0.25", "system", "be brief", "image/png, 9 bytes", "assistant, thinking", "look({})"):
        assert words in shown
    assert "be�[31mcause" in shown
    assert "cost_usd" not in shown
    assert "timing.load" not in shown


def test_what_spoke_for_a_category_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    evidence = [{"rule": "traduce", "text": "Traduce", "weight": 6}, {"rule": "@images", "text": "", "weight": 6}]
    print_call({"category": "translation", "category_reason": {"category": "translation", "evidence": evidence}})
    assert "translation: Traduce (+6), @images (+6)" in capsys.readouterr().out
    print_call({"category": "other", "category_reason": {"category": "other", "evidence": []}})
    assert "reason" not in capsys.readouterr().out


def test_small_amounts_are_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    print_call({"id": "x", "cost_usd": 1.17e-05})
    assert "cost_usd  0.0000117\n" in capsys.readouterr().out
