"""`sereno prices` and `sereno reprice`: what they print, and what a kill beside a writer leaves."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from sereno.calls import Call, Usage
from sereno.cli import main
from sereno.store.base import CallQuery, Dimension
from sereno.store.sqlite import SqliteStore
from store.made import T0, a_batch, a_call, some_calls

Run = Callable[..., subprocess.CompletedProcess[str]]
SETTINGS = """\
data = "data"
[upstreams.default]
url = "http://127.0.0.1:11435"
[upstreams.openai]
url = "https://api.openai.com"
[prices.mine]
models = ["a"]
input = 2
output = 8
"""
ALL = CallQuery(internal=None, newest_first=False, limit=1000)
OPENAI: dict[str, Any] = {
    "upstream": "openai", "protocol": "openai", "path": "/v1/chat/completions", "route": "/v1/chat/completions",
    "model": "gpt-4o", "request_model": "gpt-4o",
}  # fmt: skip
CALLS = [
    a_call(0, usage=Usage(1_000_000, None, 0)),
    a_call(1, usage=Usage(1_000_000, None, 0), cost_usd=5.0, cost_source="local:old"),
    a_call(86_400, model="b:latest"),
    a_call(86_401, usage=Usage(100_000, None, 10_000), **OPENAI),
]
TWICE = a_call(86_402, model="gpt-4o", usage=Usage())
"""The name of a cloud's model on a server of our own."""


@pytest.fixture
def data(home: Path) -> Path:
    (home / "sereno.toml").write_text(SETTINGS)
    (home / "data").mkdir()
    return home / "data"


@pytest.fixture
def store(data: Path) -> SqliteStore:
    made = SqliteStore(data / "sereno.db")
    made.add(a_batch(CALLS))
    return made


class Done(NamedTuple):
    """What a command left."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


@pytest.fixture
def command(
    home: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Runs a command in this process, as many as there are: a process of its own for each would take a minute."""
    monkeypatch.chdir(home)
    for name in os.environ:
        if name not in environment:
            monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> Done:
        code = main(arguments)
        return Done(code, *capsys.readouterr())

    return run


def rows(done: Done) -> list[list[str]]:
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_prices_in_force(store: SqliteStore, command: Command) -> None:
    store.add(a_batch([TWICE], "twice"))
    assert rows(command("prices")) == [
        ["model", "server", "price (USD)", "source"],
        ["a:latest", "default", "2 in, 8 out per M tokens", "local:mine"],
        ["b:latest", "default", "unknown", "–"],
        ["gpt-4o", "default", "unknown", "–"],
        ["gpt-4o", "openai", "2.5 in, 1.25 cached, 10 out per M tokens", "genai-prices:0.2.3:openai/gpt-4o"],
    ]
    one = json.loads(command("prices", "GPT-4o", "--json", "--set", "upstreams.openai.provider=local").stdout)
    assert [(row["server"], row["price"]) for row in one] == [("default", None), ("openai", None)]


def test_prices_without_a_record_and_of_a_server_that_is_not_there(data: Path, command: Command) -> None:
    done = command("prices", "--set", "prices.mine.upstreams=gpu")
    assert rows(done) == [["model", "server", "price (USD)", "source"]]
    assert "there is no record" in done.stderr
    assert "prices.mine.upstreams names gpu, and no model server is called so" in done.stderr


def test_whose_price_lists_are_known(command: Command) -> None:
    assert {"local", "anthropic", "openai", "litellm"} < {row for (row,) in rows(command("prices", "--providers"))}


def test_a_dry_run_then_a_run_then_nothing_left(store: SqliteStore, command: Command) -> None:
    expected = [
        ["model", "changed", "unknown before", "now", "USD before", "USD now"],
        ["a:latest", "2", "1", "0", "5.00", "4.00"],
        ["gpt-4o", "1", "1", "0", "0", "0.35"],
    ]
    dry = command("reprice", "--dry-run")
    assert rows(dry) == expected
    assert dry.stderr == "4 calls looked at, 3 would change\n"
    assert [call.cost_usd for call in store.export(ALL)] == [None, 5.0, None, None]

    done = command("reprice")
    assert rows(done) == expected
    assert done.stderr == "4 calls looked at, 3 changed\n"
    assert [(call.cost_usd, call.cost_source) for call in store.export(ALL)] == [
        (2.0, "local:mine"),
        (2.0, "local:mine"),
        (None, None),
        (0.35, "genai-prices:0.2.3:openai/gpt-4o"),
    ]
    assert store.aggregate(CallQuery(), ("model",), histograms=False)[-1].totals.cost_usd == 0.35

    again = command("reprice", "--json")
    assert json.loads(again.stdout) == {"dry_run": False, "looked_at": 4, "changed": 0, "kept": 0, "models": []}


@pytest.mark.parametrize(
    ("options", "looked_at", "changed"),
    [
        (("--only-unknown",), 4, 2),
        (("--model", "A"), 2, 2),
        (("--until", "2026-09-01T00:00:01Z"), 1, 1),
        (("--from", str(T0 + 1), "--until", str(T0 + 2)), 1, 1),
    ],
)
def test_which_calls(store: SqliteStore, command: Command, options: list[str], looked_at: int, changed: int) -> None:
    done = json.loads(command("reprice", "--dry-run", "--json", *options).stdout)
    assert (done["looked_at"], done["changed"]) == (looked_at, changed)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("reprice",), 4, "there is no record"),
        (("reprice", "--from", "tomorrow"), 2, "--from is 'tomorrow'; expected epoch seconds"),
        (("reprice", "--set", "client.url=http://far:1"), 2, "run this on the keeper's machine"),
        (("prices", "--set", "upstreams.openai.provider=opanai"), 2, "did you mean openai?"),
        (
            ("up", "--listen", "127.0.0.1:0", "--set", "upstreams.openai.provider=x"),
            2,
            "provider is 'x'; expected local",
        ),
        (("config", "check", "--set", "upstreams.openai.provider=x"), 2, "provider is 'x'; expected local"),
        (("prices", "--set", "prices.x.input=-1"), 2, "prices.x.input is '-1' (below 0); expected a number from 0"),
    ],
)
def test_what_is_wrong_is_said(data: Path, command: Command, arguments: list[str], code: int, sentence: str) -> None:
    done = command(*arguments)
    assert done.returncode == code
    assert sentence in done.stderr
    assert not (data / "sereno.db").exists()


def figures(store: SqliteStore) -> list[Any]:
    asked: list[tuple[tuple[Dimension, ...], float | None]] = [(("model",), 3600.0), (("user", "category"), 86400.0)]
    return [
        [(g.at, g.key, msgspec.to_builtins(g.totals)) for g in store.aggregate(CallQuery(), by, interval)]
        for by, interval in asked
    ]


def test_killed_again_and_again_beside_a_writer(
    data: Path, home: Path, environment: dict[str, str], sereno: Run
) -> None:
    chance = random.Random(7)
    store = SqliteStore(data / "sereno.db")
    calls = some_calls(2000)
    for first in range(0, 1000, 500):
        store.add(a_batch(calls[first : first + 500], f"b{first}", bodies=False))
    words = [sys.executable, "-P", "-m", "sereno", "reprice"]

    def priced() -> int:
        with closing(sqlite3.connect(data / "sereno.db", timeout=30)) as connection:
            found = connection.execute("SELECT count(*) FROM calls WHERE cost_source IS NOT NULL").fetchone()
        return int(found[0])

    for number in range(1000, 2000, 500):
        before = priced()
        victim = subprocess.Popen(words, cwd=home, env=environment, stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 60
            while priced() == before and victim.poll() is None and time.monotonic() < deadline:
                time.sleep(chance.random() / 100)
            store.add(a_batch(calls[number : number + 500], f"b{number}", bodies=False))  # as the keeper does meanwhile
            victim.send_signal(signal.SIGKILL)
        finally:
            victim.kill()
            victim.wait()
        with closing(sqlite3.connect(data / "sereno.db", timeout=30)) as connection, connection:
            connection.execute("UPDATE leases SET until = 0")  # no test waits for a killed one's lease to run out
        assert priced() > before

    done = sereno("reprice")
    assert done.returncode == 0, done.stderr
    assert "2,000 calls looked at" in done.stderr
    after = list(store.export(ALL))
    assert [(call.cost_usd, call.cost_source) for call in after] == [expected(call) for call in after]
    reference = SqliteStore(home / "reference.db")
    reference.add(a_batch(after, bodies=False))
    assert figures(store) == figures(reference)
    reference.close()
    store.close()


def expected(call: Call) -> tuple[float | None, str | None]:
    """By hand: 2 and 8 dollars a million for a:latest, nothing for the others."""
    sent, got = call.usage.input_tokens, call.usage.output_tokens
    if got is None and call.operation == "embeddings":
        got = 0
    agree = sent is not None and got is not None and (call.usage.cached_input_tokens or 0) <= sent
    agree = agree and (call.usage.reasoning_tokens or 0) <= (got or 0)
    if call.model != "a:latest" or call.operation == "other" or not agree:
        return None, None
    assert sent is not None
    assert got is not None
    return round((2 * sent + 8 * got) / 1e6, 12), "local:mine"
