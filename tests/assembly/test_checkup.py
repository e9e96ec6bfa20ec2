"""Each check of the doctor says what is wrong when it is, and only then."""

from __future__ import annotations

import json
import resource
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sereno.assembly import checkup as doctor
from sereno.assembly.checkup import Finding, checkup, machine, network, record
from sereno.cli import main
from sereno.config import Loaded, load

ANSWERS: dict[str, object] = {
    "/api/version": {"version": "0.24.0"},
    "/api/tags": {"models": [{"name": "smollm2:135m", "size": 1}]},
    "/api/ps": {"models": []},
}


class FakeOllama(BaseHTTPRequestHandler):
    """Version, models, nothing loaded."""

    def do_GET(self) -> None:
        body = json.dumps(ANSWERS.get(self.path, {})).encode()
        self.send_response(200 if self.path in ANSWERS else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's name
        pass


@pytest.fixture
def ollama() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeOllama)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
    return port


def settings(tmp_path: Path, **given: str) -> Loaded:
    options = [("--set", f"{name.replace('__', '.')}={value}") for name, value in given.items()]
    ports = [("--listen", "127.0.0.1:0"), ("--keeper", "127.0.0.1:0"), ("--data", str(tmp_path / "data"))]
    return load(environ={}, cwd=tmp_path, home=tmp_path, options=[*ports, *options])


def verdicts(findings: Iterator[Finding]) -> list[str]:
    return [finding.verdict for finding in findings]


def test_a_healthy_installation(tmp_path: Path, ollama: int) -> None:
    loaded = settings(tmp_path, upstreams__default__url=f"http://127.0.0.1:{ollama}", gateway__max_connections="100")
    findings = list(checkup(loaded))
    assert {finding.name: finding.verdict for finding in findings if finding.verdict != "ok"} == {}
    by_name = {finding.name: finding.found for finding in findings}
    assert by_name["server default"] == f"Ollama 0.24.0 at http://127.0.0.1:{ollama}, 1 model"
    assert not (tmp_path / "data").exists(), "looking makes nothing"


def test_a_model_server_that_does_not_answer(tmp_path: Path, free_port: int) -> None:
    loaded = settings(tmp_path, upstreams__default__url=f"http://127.0.0.1:{free_port}")
    (finding,) = network.upstreams(loaded.settings)
    assert (finding.verdict, f"127.0.0.1:{free_port}" in finding.found) == ("fail", True)
    assert "--upstream default=URL" in finding.advice


def test_a_port_that_an_ollama_has(tmp_path: Path, ollama: int) -> None:
    loaded = settings(tmp_path, gateway__listen=f"127.0.0.1:{ollama}")
    gateway, _keeper = network.ports(loaded.settings)
    assert gateway.verdict == "fail"
    assert gateway.found == f"port {ollama} is taken by an Ollama 0.24.0"
    assert "OLLAMA_HOST=" in gateway.advice


def test_jobs_that_fail_with_the_store_are_named_and_its_fault_is_told_once(
    tmp_path: Path, ollama: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = settings(tmp_path, keeper__listen=f"127.0.0.1:{ollama}")
    well = {"name": "journal", "status": "ok", "detail": "nothing lost"}
    jobs = [{"name": f"job:{name}", "status": "failing", "detail": "no answer"} for name in ("lora", "drift")]
    store = {"name": "store", "status": "failing", "detail": "no answer: start it"}
    monkeypatch.setitem(ANSWERS, "/readyz", {"status": "failing", "checks": [well, jobs[0], store, jobs[1]]})
    _gateway, keeper = network.ports(loaded.settings)
    assert (keeper.verdict, keeper.advice) == (
        "warn", "store: no answer: start it; therefore also job:lora, job:drift"
    )  # fmt: skip
    monkeypatch.setitem(ANSWERS, "/readyz", {"status": "degraded", "checks": [well, *jobs]})
    _gateway, keeper = network.ports(loaded.settings)
    assert keeper.advice == "job:lora: no answer; job:drift: no answer"


def test_a_port_that_something_else_has(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        loaded = settings(tmp_path, keeper__listen=f"127.0.0.1:{sock.getsockname()[1]}")
        # It accepts and never answers: the look at it has its own time limit.
        _gateway, keeper = network.ports(loaded.settings)
    assert keeper.verdict == "fail"
    assert "--keeper" in keeper.advice


def test_folders(tmp_path: Path) -> None:
    loaded = settings(tmp_path)
    data = tmp_path / "data"
    assert verdicts(machine.data_folder(loaded.settings)) == ["ok"]
    data.mkdir(mode=0o755)
    (finding,) = machine.data_folder(loaded.settings)
    assert (finding.verdict, finding.advice) == ("warn", f"chmod 700 {data}")
    data.chmod(0o700)
    assert verdicts(machine.data_folder(loaded.settings)) == ["ok"]
    data.rmdir()
    data.write_text("")
    assert verdicts(machine.data_folder(loaded.settings)) == ["fail"]


def test_disk_files_and_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = settings(tmp_path, gateway__max_connections="1000000")
    usage = shutil.disk_usage(tmp_path)
    for free, verdict in ((10 * 1024**3, "ok"), (1024**3, "warn"), (1024**2, "fail")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _path, free=free: usage._replace(free=free))
        assert verdicts(machine.disk_space(loaded.settings)) == [verdict]
    monkeypatch.setattr(resource, "getrlimit", lambda _what: (1024, 4096))
    (finding,) = machine.open_files(loaded.settings)
    assert (finding.verdict, "ulimit -Hn 2000100" in finding.advice) == ("warn", True)
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert verdicts(machine.clock(loaded.settings)) == ["fail"]


def test_an_open_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = settings(tmp_path, gateway__listen="0.0.0.0:0")
    (finding,) = network.doors(loaded.settings)
    assert (finding.verdict, finding.advice) == ("fail", "sereno keys add NAME")
    monkeypatch.setenv("SERENO_DATA", str(tmp_path / "data"))
    assert main(["keys", "add", "x"]) == 0
    assert verdicts(network.doors(loaded.settings)) == ["ok"]
    (tmp_path / "data/keys.json").write_text("{")
    assert verdicts(network.doors(loaded.settings)) == ["fail"]
    wide = settings(tmp_path / "other", gateway__listen="0.0.0.0:0", gateway__require_key="never")
    assert verdicts(network.doors(wide.settings)) == ["warn"]


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text("not a certificate")
    loaded = settings(tmp_path, gateway__tls_cert="c.pem", gateway__tls_key="c.pem")
    assert verdicts(network.tls(loaded.settings)) == ["fail"]


def test_a_store_that_is_none(tmp_path: Path) -> None:
    loaded = settings(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/sereno.db").write_bytes(b"This is no database, whatever its name says. " * 100)
    (finding,) = record.store(loaded.settings)
    assert finding.verdict == "fail"
    assert "sereno.db" in finding.found


def test_a_check_that_falls_over_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def falls(_settings: object) -> Iterator[Finding]:
        raise RuntimeError("oh")

    monkeypatch.setattr(doctor, "CHECKS", (falls,))
    assert list(checkup(settings(tmp_path)))[-1] == Finding(
        "falls", "fail", "this check itself failed: RuntimeError: oh"
    )


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor, "CHECKS", (machine.clock,))
    assert main(["doctor", "--data", "d", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["ok"], document["failed"], [f["name"] for f in document["findings"]]) == (
        True,
        0,
        ["settings", "clock"],
    )
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert main(["doctor", "--data", "d"]) == 1
    shown = capsys.readouterr().out
    assert "fail clock" in shown
    assert "→ set it" in shown
    assert shown.endswith("1 failed, 0 to look at.\n")
    assert msgspec.json.encode(Finding("a", "ok", "b")) == b'{"name":"a","verdict":"ok","found":"b","advice":""}'
