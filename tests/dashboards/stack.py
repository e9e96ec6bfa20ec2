"""A whole stack for as long as a test needs it: a real model, Sereno, a real Prometheus and Alertmanager."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import Request, urlopen

from dashboards.neighbours import Neighbours
from parts.built import built
from parts.running import Prometheus

PATIENCE = 90.0
MODEL = "smollm2:135m"
SLO_RULES = Path(__file__).parents[2] / "deploy" / "slo" / "prometheus"
SETTINGS = """
[prices.all]
models = ["*"]
input = 1.0
output = 2.0
"""
RULES = """
groups:
  - name: made
    rules:
      - {alert: Watchdog, expr: vector(1), labels: {severity: none}}
      - {alert: AlwaysOn, expr: vector(1), labels: {severity: critical}}
      - {alert: AlwaysWaiting, expr: vector(1), for: 1h, labels: {severity: warning}}
"""


def free() -> str:
    """An address that was free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for it."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come to pass"
        time.sleep(0.1)


def answers(url: str) -> bool:
    """Whether it answers 200."""
    try:
        with urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def child(command: Sequence[str | Path], ready: str, log: Path) -> Iterator[None]:
    """A process that answers at an address; ended by its own id."""
    with log.open("wb") as out:
        process = subprocess.Popen(list(command), stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    try:
        until(lambda: answers(ready) or process.poll() is not None, f"{command[0]} at {ready}")
        assert process.poll() is None, log.read_text("utf-8", "replace")[-2000:]
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def sereno(folder: Path, gateway: str) -> Iterator[None]:
    """Gateway, at its address, and keeper in front of the demo's model."""
    model, keeper = free(), free()
    (folder / "sereno.toml").write_text(SETTINGS)
    serve = [sys.executable, "-m", "sereno", "demo", "--serve", model.rpartition(":")[2]]
    up: list[str | Path] = [sys.executable, "-m", "sereno", "up", "--listen", gateway, "--keeper", keeper]
    up += ["--upstream", f"http://{model}", "--data", folder / "data", "--config", folder / "sereno.toml"]
    with (
        child(serve, f"http://{model}/api/version", folder / "model.log"),
        child(up, f"http://{keeper}/readyz", folder / "up.log"),
    ):
        until(lambda: answers(f"http://{gateway}/readyz"), "the gateway")
        yield


@contextmanager
def watched(folder: Path, gateway: str, neighbours: Neighbours) -> Iterator[Prometheus]:
    """Prometheus with the compiled objectives' rules and an Alertmanager; scrapes all once a second."""
    rules = folder / "rules"
    rules.mkdir()
    (rules / "made.yaml").write_text(RULES)
    for file in SLO_RULES.glob("*.recording.rules.yaml"):  # the period's rules run every 2 minutes otherwise
        (rules / file.name).write_text(file.read_text("utf-8").replace("interval: 2m", "interval: 1s"))
    manager, own = free(), free()
    (folder / "alertmanager.yaml").write_text(
        "route: {receiver: here, group_wait: 1s, group_interval: 1s}\n"
        f"receivers: [{{name: here, webhook_configs: [{{url: 'http://{neighbours.address}/hook'}}]}}]\n"
    )
    jobs = {"sereno": gateway, "open-webui": neighbours.address, "alertmanager": manager, "prometheus": own}
    scrapes = "".join(f"  - {{job_name: {job}, static_configs: [{{targets: ['{at}']}}]}}\n" for job, at in jobs.items())
    config = (
        "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n"
        f"rule_files: ['{rules}/*.yaml']\n"
        f"alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{manager}']}}]}}]}}\n"
        f"scrape_configs:\n{scrapes}"
    )
    command: list[str | Path] = [built("alertmanager"), f"--config.file={folder / 'alertmanager.yaml'}"]
    command += [f"--storage.path={folder / 'am'}", f"--web.listen-address={manager}", "--cluster.listen-address="]
    (folder / "prometheus.yaml").write_text(config)
    scraper: list[str | Path] = [built("prometheus"), f"--config.file={folder / 'prometheus.yaml'}"]
    scraper += [f"--storage.tsdb.path={folder / 'tsdb'}", f"--web.listen-address={own}"]
    with (
        child(command, f"http://{manager}/-/ready", folder / "alertmanager.log"),
        child(scraper, f"http://{own}/-/ready", folder / "prometheus.log"),
    ):
        yield Prometheus(f"http://{own}")


def talk(gateway: str) -> None:
    """A round of traffic: answered, streamed, wrong, given up, looked at."""
    chat = {
        "model": MODEL,
        "messages": [{"role": "user", "content": "Hello"}],
        "options": {"num_predict": 4, "seed": 1},
    }
    post(gateway, "/api/chat", {**chat, "stream": False})
    post(gateway, "/api/chat", chat)
    body = {"model": MODEL, "messages": chat["messages"], "max_tokens": 4}
    post(gateway, "/v1/chat/completions", body)
    post(gateway, "/api/chat", {**chat, "model": "nobody:1b"})
    for path in ("/api/tags", "/analytics/messages?limit=5", "/analytics/aggregations", "/analytics/models"):
        with urlopen(f"http://{gateway}{path}", timeout=PATIENCE) as answer:
            answer.read()
    leave(gateway, {**chat, "options": {"num_predict": 400}})


def post(gateway: str, path: str, body: object) -> None:
    """A request, whatever comes back."""
    request = Request(f"http://{gateway}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with suppress(OSError), urlopen(request, timeout=PATIENCE) as answer:
        answer.read()


def leave(gateway: str, body: object) -> None:
    """A streamed request whose client goes after the first bytes."""
    connection = http.client.HTTPConnection(gateway, timeout=PATIENCE)
    connection.request("POST", "/api/chat", json.dumps(body), {"Content-Type": "application/json"})
    connection.getresponse().read(10)
    connection.close()
