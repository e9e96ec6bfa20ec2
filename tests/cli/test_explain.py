"""`sereno explain` as a person runs it: facts, verdicts, a chart told; exit codes; colours on terminals alone."""

from __future__ import annotations

import io
import json
import os
import pty
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sereno.cli import main

Run = Callable[..., "subprocess.CompletedProcess[str]"]
NOISE = random.Random(7)
ROWS = "time,p95\n" + "".join(
    f"2026-10-01T10:{minute:02}:00Z,{10.0 if minute == 40 else round(NOISE.gauss(2.0, 0.05), 4)}\n"
    for minute in range(60)
)


@pytest.fixture
def chart(home: Path) -> Path:
    path = home / "latency.csv"
    path.write_text(ROWS)
    return path


def test_facts_then_a_text_checked_against_them(sereno: Run, chart: Path, home: Path) -> None:
    made = sereno("explain", "facts", str(chart), "--unit", "s", "--json")
    assert made.returncode == 0, made.stderr
    (home / "facts.json").write_text(made.stdout)
    anomaly = next(fact for fact in json.loads(made.stdout)["facts"] if fact["kind"] == "anomaly")
    assert {number["name"]: number["value"] for number in anomaly["numbers"]}["value"] == 10.0
    (home / "true.txt").write_text("p95 reached 10 s.")
    (home / "false.txt").write_text("p95 reached 10 s, later 77 s.")
    right = sereno("explain", "verify", "--facts", "facts.json", "true.txt", "--json")
    wrong = sereno("explain", "verify", "--facts", "facts.json", "false.txt", "--json")
    assert (right.returncode, wrong.returncode) == (0, 1)
    assert json.loads(right.stdout)["score"] == 1.0
    told = json.loads(wrong.stdout)
    assert set(told) == {"score", "numbers"}
    assert {frozenset(one) for one in told["numbers"]} == {frozenset({"text", "supported", "fact"})}
    numbers = {one["text"]: one["supported"] for one in told["numbers"]}
    assert (numbers["10 s"], numbers["77 s"]) == (True, False)


def test_a_chart_is_told_in_both_languages(sereno: Run, chart: Path) -> None:
    told = sereno("explain", "chart", str(chart), "--analysis", "anomalies", "--unit", "s")
    assert told.returncode == 0, told.stderr
    assert "10 s" in told.stdout
    assert "claims supported (100%), by templates" in told.stdout
    assert "\x1b" not in told.stdout
    assert "anomalía" in sereno("explain", "chart", str(chart), "--analysis", "anomalies", "--language", "es").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("facts", "gone.csv"), "gone.csv cannot be read: No such file"),
        (("chart", "gone.csv"), "gone.csv cannot be read: No such file"),
        (("chart", "."), "ends in none of"),
        (("chart",), "expected one of FILE, --prometheus"),
        (("chart", "latency.csv", "--analysis", "magic"), "--analysis is 'magic'; expected one of trends"),
        (("chart", "latency.csv", "--sql", "SELECT 1"), "expected one of FILE"),
        (("chart", "--prometheus", "http://127.0.0.1:9"), "--query is missing"),
        (("chart", "--sql", "SELECT 1", "--database", "mysql://x"), "expected sqlite:FILE or postgresql://"),
        (("chart", "--sql", "SELEC 1", "--database", "sqlite:empty.db"), "the SELECT is wrong: near"),
        (("chart", "latency.csv", "--image", "gone.png"), "gone.png cannot be read"),
        (("chart", "latency.csv", "--image", "latency.csv"), "neither PNG nor JPEG"),
        (("chart", "latency.csv", "--tz", "Mars/Olympus"), "--tz is 'Mars/Olympus'; expected an IANA name"),
        (("chart", "latency.csv", "--time", "when"), "when"),
        (("verify", "--facts", "gone.json", "latency.csv"), "gone.json cannot be read"),
        (("verify", "--facts", "latency.csv", "latency.csv"), "holds no facts"),
    ],
)
def test_a_bad_argument_is_named_and_the_exit_code_is_2(
    chart: Path,
    arguments: tuple[str, ...],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(chart.parent)
    (chart.parent / "empty.db").touch()
    monkeypatch.setenv("HOME", str(chart.parent))
    assert main(["explain", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert told in shown.err


def test_a_missing_file_from_the_outside(sereno: Run) -> None:
    done = sereno("explain", "chart", "gone.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("sereno: gone.csv cannot be read: No such file")


@pytest.fixture
def model() -> Iterator[str]:
    """A model server that speaks Ollama's API: it tells one truth and one lie."""

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b'{"version": "0.24.0"}')

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/api/show":
                return self._answer(b'{"capabilities": ["completion"]}')
            said = {"message": {"role": "assistant", "content": "p95 reached 10 s. It averaged 77 s."}, "done": False}
            return self._answer(json.dumps(said).encode() + b'\n{"done": true, "eval_count": 9}\n')

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_models_lie_is_marked(sereno: Run, chart: Path, model: str) -> None:
    command = ("explain", "chart", str(chart), "--unit", "s", "--model-url", model, "--model", "tiny")
    told = sereno(*command)
    assert told.returncode == 0, told.stderr
    assert "10 s[1]" in told.stdout
    assert "77 s[?]" in told.stdout
    assert "by tiny" in told.stdout
    strict = sereno(*command, "--strict").stdout
    assert "77" not in strict


def test_a_model_that_is_not_there_is_told_and_templates_answer(sereno: Run, chart: Path) -> None:
    told = sereno("explain", "chart", str(chart), "--model-url", "http://127.0.0.1:9", "--model", "tiny")
    assert told.returncode == 0, told.stderr
    assert "nothing answers at http://127.0.0.1:9" in told.stdout
    assert "by templates" in told.stdout


def on_a_terminal(command: list[str], environment: dict[str, str], home: Path) -> str:
    """What a command writes to a terminal."""
    ours, its = pty.openpty()
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, cwd=home, env=environment) as process:
        os.close(its)
        shown = io.BytesIO()
        try:
            while piece := os.read(ours, 65536):
                shown.write(piece)
        except OSError:  # Linux: the other end is closed
            pass
        os.close(ours)
        assert process.wait(60) == 0, shown.getvalue()
    return shown.getvalue().decode()


@pytest.mark.parametrize("no_color", [False, True])
def test_a_terminal_gets_colours_unless_it_wants_none(
    chart: Path, model: str, home: Path, environment: dict[str, str], no_color: bool
) -> None:
    environment = {**environment, "TERM": "xterm-256color"}
    if not no_color:
        del environment["NO_COLOR"]
    command = [
        sys.executable, "-P", "-m", "sereno", "explain", "chart", str(chart), "--unit", "s", "--model-url", model,
        "--model", "tiny",
    ]  # fmt: skip
    shown = on_a_terminal(command, environment, home)
    assert ("\x1b[32m10 s\x1b[0m" in shown) is not no_color  # ECMA-48: 32 is green
    assert ("\x1b[31m77 s\x1b[0m" in shown) is not no_color  # 31 is red
    assert "10 s" in shown


def test_facts_stand_below_the_text_in_its_language(sereno: Run, chart: Path) -> None:
    sheet = json.loads(sereno("explain", "facts", str(chart), "--unit", "s", "--json").stdout)
    for language, word in (("en", "had a mean of"), ("es", "tuvo una media de")):
        told = sereno("explain", "chart", str(chart), "--analysis", "anomalies", "--unit", "s", "--language", language)
        text, _, below = told.stdout.partition("\n\n[1] ")
        assert word not in text, "the level is no anomaly"
        assert f"    level-1: p95 {word}" in below
        assert [one["id"] for one in sheet["facts"] if f"{one['id']}: " not in "[1] " + below] == []


def test_of_many_facts_ten_are_listed_and_the_rest_is_counted(sereno: Run, home: Path) -> None:
    names = [f"s{n}" for n in range(12)]
    lines = [
        f"2026-10-01T10:{m:02}:00Z," + ",".join(f"{NOISE.gauss(n, 0.1):.3f}" for n in range(12)) for m in range(60)
    ]
    (home / "many.csv").write_text("\n".join([f"time,{','.join(names)}", *lines]))
    told = sereno("explain", "chart", "many.csv", "--analysis", "anomalies").stdout.splitlines()
    listed = [line for line in told if line.startswith("    ") and ": " in line and "facts more" not in line]
    (left,) = (line.split()[1] for line in told if "facts more" in line)
    cited = [line for line in told if line.startswith("[")]
    facts = json.loads(sereno("explain", "facts", "many.csv", "--json").stdout)["facts"]
    assert (len(listed), len(listed) + len(cited) + int(left)) == (10, len(facts))
