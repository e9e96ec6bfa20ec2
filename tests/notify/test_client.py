"""Silences and alerts over the API of a real Alertmanager, as a person asks for them; answers that are none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from notify.alarm import alertmanager, wait_for
from notify.plans import write
from parts.built import built
from sereno.cli import main
from sereno.notify.client import Alertmanager, AlertmanagerError
from sereno.notify.configuration import Plan

Shown = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    built("alertmanager")
    folder = tmp_path_factory.mktemp("alertmanager")
    with alertmanager(write(folder, Plan())) as found:
        now = datetime.now(UTC)
        alerts = [
            {
                "labels": {"alertname": name, "severity": severity, "job": "sereno"},
                "annotations": {"summary": f"{name} \x1b[31mhappened"},
                "startsAt": (now - timedelta(minutes=minutes)).isoformat(),
                "endsAt": (now + timedelta(hours=1)).isoformat(),
            }
            for name, severity, minutes in (
                ("HighLLMCost", "warning", 60), ("OllamaDown", "critical", 1), ("SerenoStoreDown", "critical", 5),
                ("Watchdog", "none", 90),
            )
        ]  # fmt: skip
        httpx.post(f"{found}/api/v2/alerts", json=alerts, trust_env=False).raise_for_status()
        wait_for(lambda: len(Alertmanager(found).alerts()) == 4, "four alerts")
        yield found


def run(url: str, *arguments: str) -> int:
    return main([*arguments, "--config", "none", "--alertmanager", url])


def test_what_fires_is_listed_the_gravest_and_oldest_first(url: str, capsys: Shown) -> None:
    assert run(url, "alerts", "list", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["labels"]["alertname"] for one in found] == ["SerenoStoreDown", "OllamaDown", "HighLLMCost"]
    assert run(url, "alerts", "list", "--all") == 0
    shown = capsys.readouterr().out
    assert "Watchdog" in shown
    assert "\x1b[31m" not in shown


def test_a_silence_holds_an_alert_back_until_it_ends(url: str, capsys: Shown) -> None:
    assert run(url, "silence", "add", "OllamaDown", "job=~sere.*", "--for", "30m", "--comment", "new disk") == 0
    out = capsys.readouterr()
    one = out.out.strip()
    assert 'alertname="OllamaDown", job=~"sere.*" until ' in out.err

    def names(*options: str) -> list[str]:
        assert run(url, "alerts", "list", "--json", *options) == 0
        return [one["labels"]["alertname"] for one in json.loads(capsys.readouterr().out)]

    wait_for(lambda: "OllamaDown" not in names(), "OllamaDown held back")
    assert "OllamaDown" in names("--all")

    assert run(url, "silence", "list", "--json") == 0
    (silence,) = (found for found in json.loads(capsys.readouterr().out) if found["id"] == one)
    assert silence["matchers"] == ['alertname="OllamaDown"', 'job=~"sere.*"']
    length = datetime.fromisoformat(silence["ends_at"]) - datetime.fromisoformat(silence["starts_at"])
    assert timedelta(minutes=29) < length <= timedelta(minutes=30)
    assert silence["comment"] == "new disk"

    assert run(url, "silence", "expire", one[:8]) == 0
    assert "1 silence ended" in capsys.readouterr().err
    wait_for(lambda: "OllamaDown" in names(), "OllamaDown told again")
    assert run(url, "silence", "list", "--json") == 0
    assert one not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("silence", "add", "job=a b"), "'job=a b' is no condition; expected LABEL=VALUE"),
        (("silence", "add", "OllamaDown", "--for", "soon"), "--for: 'soon' is no duration; expected"),
        (("silence", "add", "OllamaDown", "--for", "2y"), "--for is 2y; expected more than nothing and at most a year"),
        (("silence", "expire"), "no id is given; expected ids that `sereno silence list` shows, or --all"),
        (("silence", "expire", "nothing"), "no running silence begins with 'nothing'"),
    ],
)
def test_a_mistake_is_told(url: str, arguments: tuple[str, ...], sentence: str, capsys: Shown) -> None:
    assert run(url, *arguments) == 2
    assert sentence in capsys.readouterr().err


def test_an_unreachable_one_is_one_sentence(capsys: Shown) -> None:
    for arguments in (("alerts", "list"), ("silence", "list"), ("silence", "add", "X"), ("silence", "expire", "--all")):
        assert run("http://127.0.0.1:9", *arguments) == 3
        error = capsys.readouterr().err
        assert "Alertmanager cannot be reached at http://127.0.0.1:9" in error
        assert len(error.splitlines()) == 1


def answering(status: int, body: bytes) -> Alertmanager:
    return Alertmanager("http://am", httpx.MockTransport(lambda _request: httpx.Response(status, content=body)))


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[1]", b'[{"labels": {"a": 1}}]', b"[" * 100_000])
def test_an_answer_that_is_none_is_told(body: bytes) -> None:
    with pytest.raises(AlertmanagerError, match="does not answer as Alertmanager does"):
        answering(200, body).alerts()


def test_a_refusal_says_why() -> None:
    with pytest.raises(AlertmanagerError, match="refused GET /api/v2/silences with 500: no store"):
        answering(500, b"no store").silences()
    with pytest.raises(AlertmanagerError, match="there is no silence x"):
        answering(404, b"").expire(["x"])
