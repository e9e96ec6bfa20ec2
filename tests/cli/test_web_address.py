"""Options that take an address of a server refuse what is none, before anything is asked or made."""

from __future__ import annotations

from pathlib import Path

import pytest

from sereno.cli import main
from sereno.errors import ConfigError

Shown = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("coverage --prometheus nonsense", "--prometheus is 'nonsense'; expected a URL such as http://HOST:PORT"),
        ("explain chart --query up --prometheus ftp://h", "--prometheus is 'ftp://h'; expected a URL"),
        ("eval run basics-en --model m --url localhost:11434", "--url is 'localhost:11434'; expected a URL"),
        ("eval run basics-en --model m --judge j --judge-url http://h:99999", "--judge-url is 'http://h:99999'"),
        ("eval pairs basics-en a b --judge j --url http://", "--url is 'http://'; expected a URL"),
        ("eval calibrate basics-en --judge j --url http://[::1", "--url is 'http://[::1'; expected a URL"),
        ("lora serve v --model m --vllm h:8000", "--vllm is 'h:8000'; expected a URL"),
        ("lora serve v --model m --ollama http://h:0", "--ollama is 'http://h:0'; expected a URL"),
        ("dashboards build --prometheus prom.example:9090", "--prometheus is 'prom.example:9090'; expected a URL"),
        ("dashboards build --postgres postgresql://h", "--postgres is 'postgresql://h'; expected HOST:PORT"),
        ("dashboards build --scrape often", "--scrape is 'often'; expected a duration such as 15s"),
        ("lora withdraw m --llama-cpp http://u:secret@:80", "--llama-cpp is none; expected a URL"),
    ],
)
def test_what_is_no_address_is_refused_and_nothing_is_made(
    line: str, told: str, capsys: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SERENO_DATA", str(tmp_path / "data"))
    assert main(line.split()) == 2
    shown = capsys.readouterr()
    assert (shown.out, told in shown.err, "secret" in shown.err) == ("", True, False), shown.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://user:word@h.example/prometheus", "http://[::1]:9"])
def test_an_address_is_taken_as_it_is(url: str, capsys: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERENO_DATA", str(tmp_path / "data"))
    asked = []

    def chart(url: str, query: str, **_: object) -> None:
        asked.append((url, query))
        raise ConfigError("enough")

    monkeypatch.setattr("sereno.assembly.charts.chart_of_prometheus", chart)
    assert main(["explain", "chart", "--query", "up", "--prometheus", url]) == 2
    assert (asked, capsys.readouterr().err) == ([(url, "up")], "sereno: enough\n")


def test_grafana_may_fill_in_addresses_or_have_none(capsys: Shown, tmp_path: Path) -> None:
    build = ["dashboards", "build", "-o", str(tmp_path), "--prometheus", "$PROM_URL", "--loki", "", "--postgres", "$PG"]
    assert main([*build, "--scrape", "500ms"]) == 0
    sources = (tmp_path / "provisioning/datasources/sereno.yaml").read_text("utf-8")
    assert ("$PROM_URL" in sources, "loki" in sources.lower()) == (True, False)
    assert "dashboards" in capsys.readouterr().err
