"""The walk of docs/drift.md: traffic, event, trigger, approval, training, adapter, evaluation, promotion.

Traffic passes the real gateway on a clock that is computed; every step of a person is the command of the document; the
training is a program of its own that the trigger starts.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from drift.street import Street
from lora.made import folder
from sereno.assembly.drift_monitor import opened
from sereno.cli import main
from sereno.config.load import load
from sereno.keeper.drift.monitor import DriftMonitor
from sereno.keeper.drift.plan import Plan

WINDOW, ITEMS = 100, 120
TRAIN = """\
import json, pathlib, shutil, sys
told = json.load(sys.stdin)
assert told["trigger_type"] == "drift" and told["features"][0]["feature"] == "language", told
shutil.copytree("trained", "runs/es-1")
print("epoch 3 of 3")
print(json.dumps({"training_job_id": "es-1"}))
"""
Sereno = Callable[..., Any]


class Model(BaseHTTPRequestHandler):
    """`faq` knows three of four answers, `faq-es` all."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.send_error(404)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        number = int(re.findall(r"\d+", asked["messages"][-1]["content"])[0])
        knows = asked["model"] == "faq-es" or number % 4
        said = {"choices": [{"delta": {"content": f"{number + 1 if knows else 0}"}}]}
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"data: " + json.dumps(said).encode() + b"\n\ndata: [DONE]\n\n")


@pytest.fixture
def model_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def street(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Street]:
    """An installation whose commands and monitor have the clock of its traffic."""
    made = Street(tmp_path / "data", Plan(window=float(WINDOW)))
    defaults = DriftMonitor.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "clock", lambda: made.now)
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "sereno.toml").write_text(
        f'[drift]\nwindow = {WINDOW}\ntrigger_windows = 2\ntrigger_command = ["{sys.executable}", "train.py"]\n'
    )
    monkeypatch.chdir(tmp_path)
    for name, value in (("DATA", str(tmp_path / "data")), ("CONFIG", str(tmp_path / "sereno.toml"))):
        monkeypatch.setenv(f"SERENO_{name}", value)
    yield made
    made.close()


@pytest.fixture
def sereno(capsys: pytest.CaptureFixture[str]) -> Sereno:
    """A command: what it prints, read where it is JSON."""

    def run(*arguments: str, code: int = 0) -> Any:
        assert main(arguments) == code, capsys.readouterr()
        shown = capsys.readouterr()
        return json.loads(shown.out) if "--json" in arguments else shown.out + shown.err

    return run


def test_from_traffic_to_promotion(street: Street, sereno: Sereno, model_url: str, tmp_path: Path) -> None:
    # What is normal, and the adapter that answers it.
    begin = street.now
    street.pass_by("null", 3 * WINDOW, 1)
    folder(tmp_path / "runs" / "en-1", fill=1)
    (tmp_path / "base.gguf").write_bytes(b"GGUF base")
    sereno("lora", "import", "runs/en-1", "--base", "base.gguf")
    sereno("lora", "promote", "en-1", "--force", "the first one")
    sereno("lora", "serve", "en-1", "--model", "faq")
    made = sereno(
        "drift", "reference", "create", "normal", "--from", str(begin), "--until", str(street.now), "--use", "--json"
    )
    assert (made["reference"], made["rows"], made["in_use"]) == ("normal@1", 3 * WINDOW, True)

    # Traffic changes. One check is an event; it must last to be a reason.
    street.pass_by("language", WINDOW, 2)
    found = sereno("drift", "check", "--json")
    assert (found["severity"], found["top_feature"], found["n_current"]) == ("critical", "language", WINDOW)
    told = sereno("drift", "events", "--days", "36500", "--json")
    assert [(one["kind"], one["feature"]) for one in told] == [("drift", "language"), ("reference", None)]
    assert sereno("drift", "triggers", "list", "--json") == []
    street.pass_by("language", WINDOW, 3)
    assert "language" in sereno("drift", "check")
    assert len(sereno("drift", "events", "--days", "36500", "--json")) == 2
    (trigger,) = sereno("drift", "triggers", "list", "--json")
    assert (trigger["id"], trigger["trigger_type"], trigger["status"]) == (1, "drift", "pending")
    assert trigger["reason"] == "Calls differ from normal@1 in 2 windows in a row; accuracy is not measured."

    # Nothing is started before a person approves. Then the keeper's job starts the training.
    folder(tmp_path / "trained", fill=2)
    with opened(load(environ=os.environ, cwd=tmp_path, home=tmp_path).settings) as (monitor, _):
        monitor.act()
        assert not (tmp_path / "runs" / "es-1").exists()
        assert "approved" in sereno("drift", "triggers", "approve", "1", "--note", "they ask in Spanish")
        monitor.act()
    (trigger,) = sereno("drift", "triggers", "list", "--json")
    assert (trigger["status"], trigger["training_job_id"], trigger["outcome"]) == (
        "succeeded", "es-1", 'epoch 3 of 3\n{"training_job_id": "es-1"}',
    )  # fmt: skip

    # What it made is a version, and its evaluation opens the gate.
    detail = sereno("lora", "import", "runs/es-1", "--base", "base.gguf", "--job", "es-1", "--json")
    assert detail["training_job_id"] == "es-1"
    assert "no paired evaluation" in sereno("lora", "promote", "es-1", code=1)
    sereno("lora", "serve", "es-1", "--model", "faq-es")
    (tmp_path / "preguntas.yaml").write_text(
        "items:\n" + "".join(
            f"- {{id: q{n}, prompt: '¿Cuánto es {n} más uno?', number: {{value: {n + 1}}}}}\n" for n in range(ITEMS)
        )
    )  # fmt: skip
    runs = [
        sereno("eval", "run", "preguntas.yaml", "--model", name, "--url", model_url, "--json")
        for name in ("faq", "faq-es")
    ]
    assert [run["score"] for run in runs] == [0.75, 1.0]
    done = sereno("lora", "promote", "es-1", "--runs", runs[0]["id"], runs[1]["id"], "--json")
    assert done["promoted"]
    assert done["event"]["evidence"]["difference"]["gained"] == ITEMS // 4
    listed = {one["version"]: one["is_active"] for one in sereno("lora", "list", "--json")}
    assert listed == {"en-1": False, "es-1": True}

    # What is normal now is the new reference: the same traffic is no drift any more.
    made = sereno(
        "drift", "reference", "create", "normal", "--from", str(street.now - 2 * WINDOW), "--until", str(street.now),
        "--use", "--json",
    )  # fmt: skip
    assert made["reference"] == "normal@2"
    street.pass_by("language", WINDOW, 4)
    found = sereno("drift", "check", "--json")
    assert (found["severity"], found["reference"]) == ("none", "normal@2")
