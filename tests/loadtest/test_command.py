"""The command as people run it: exit codes, reports, mistakes in one sentence; once against a real small model."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from loadtest.scripted import Asked, Server, chat, plain
from sereno.cli import main


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Done]
PROGRAM = [sys.executable, "-m", "sereno", "loadtest"]


@pytest.fixture
def sereno(capsys: pytest.CaptureFixture[str]) -> Command:
    def command(*arguments: str) -> Done:
        code = main(["loadtest", *arguments])
        return Done(code, *capsys.readouterr())

    return command


def ollama(server: Server, *names: str) -> None:
    """Make the scripted server an Ollama that has these models."""
    tags = {"models": [{"name": name} for name in names]}

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.target == "/api/tags":
            await plain(writer, 200, json.dumps(tags).encode())
        elif asked.target == "/api/chat":
            await chat()(asked, writer)
        elif asked.target == "/chat":
            await plain(writer, 200, b'{"response":"hola"}')
        else:
            await plain(writer, 404, b'{"error":"not found"}')

    server.behaviour = answer


def test_a_run_prints_figures_and_writes_what_was_asked_for(sereno: Command, server: Server, tmp_path: Path) -> None:
    ollama(server, "all-minilm:latest", "smollm2:135m")
    page, data, lines = tmp_path / "r.html", tmp_path / "r.json", tmp_path / "r.jsonl"
    done = sereno(
        server.address.origin, "--requests", "7", "--duration", "30s", "--html", str(page), "--json-file", str(data),
        "--samples", str(lines), "--language", "es", "--prompts", "en", "--header", "X-Extra: 1",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "7 (100.00%)" in done.stdout
    assert "ollama-chat, model smollm2:135m" in done.stderr  # the one for embeddings is passed over
    report = json.loads(data.read_bytes())
    assert (report["requests"], report["succeeded"], report["ending"]) == (7, 7, "requests")
    samples = [json.loads(line) for line in lines.read_text().splitlines()]
    assert len(samples) == 7
    assert "text" not in samples[0]
    ends = sorted(one["ended"] - one["intended"] for one in samples)
    assert report["latency"]["p50"] == ends[3]
    assert "Prueba de carga" in page.read_text("utf-8")
    assert server.asked[-1].headers["x-extra"] == "1"
    assert server.asked[-1].headers["user-agent"] == "sereno-loadtest"


def test_json_alone_goes_to_stdout(sereno: Command, server: Server) -> None:
    ollama(server, "m")
    done = sereno(server.address.origin, "--requests", "2", "--json", "--rate", "50", "--duration", "30s")
    assert json.loads(done.stdout)["load"]["model"] == "open"


def test_a_missed_objective_is_exit_code_1(sereno: Command, server: Server, tmp_path: Path) -> None:
    ollama(server, "m")
    spec = tmp_path / "slo.yaml"
    text = (
        "version: sereno/v1\nservice: s\nperiod: 30d\nslos:\n  - name: short\n    mean:\n"
        "      sum: llm_tokens_used_total\n      count: llm_requests_total\n      at_most: {}\n      variance: 1%\n"
    )
    for at_most, code, verdict in ((8, 0, "kept"), (7, 1, "missed")):  # each answer has 7 tokens in and 1 out
        spec.write_text(text.format(at_most))
        done = sereno(server.address.origin, "--requests", "3", "--slo", str(spec))
        assert done.returncode == code, done.stderr
        assert verdict in done.stdout


def test_nobody_answering_is_exit_code_1_and_nobody_there_3(sereno: Command, server: Server) -> None:
    ollama(server, "m")
    done = sereno(f"{server.address.origin}/v1/messages", "--model", "m", "--requests", "5")
    assert done.returncode == 1
    assert "http_4xx" in done.stdout
    server.die()
    done = sereno(server.address.origin)
    assert done.returncode == 3
    assert "refuses connections" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_server_that_dies_is_exit_code_3_with_a_report(server: Server, tmp_path: Path) -> None:
    ollama(server, "m")
    data = tmp_path / "r.json"
    command = [
        sys.executable,
        "-m",
        "sereno",
        "loadtest",
        server.address.origin,
        "--duration",
        "10m",
        "--give-up",
        "1s",
    ]
    with subprocess.Popen([*command, "--json-file", str(data)], stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while sum(asked.target == "/api/chat" for asked in server.asked) < 20 and time.monotonic() < deadline:
            time.sleep(0.02)
        server.die()
        assert process.wait(60) == 3
    report = json.loads(data.read_bytes())
    assert report["ending"] == "gone"
    assert report["succeeded"] >= 15
    assert report["warnings"][0] == "gone"


def test_ctrl_c_ends_the_run_and_its_report_is_written(server: Server, tmp_path: Path) -> None:
    ollama(server, "m")
    data = tmp_path / "r.json"
    command = [*PROGRAM, server.address.origin, "--duration", "10m", "--requests", "1000000"]
    with subprocess.Popen([*command, "--json-file", str(data)], stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while sum(asked.target == "/api/chat" for asked in server.asked) < 20 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
    assert json.loads(data.read_bytes())["ending"] == "interrupted"


def test_an_agent_is_found_by_its_path_or_because_nothing_else_answers(sereno: Command, server: Server) -> None:
    ollama(server, "m")
    done = sereno(f"{server.address.origin}/chat", "--requests", "3", "--users", "3", "--duration", "2m")
    assert (done.returncode, "(agent)" in done.stderr) == (0, True)
    assert set(json.loads(server.asked[-1].body)) == {"message", "session_id"}

    async def only_agent(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await plain(writer, 200 if asked.target == "/chat" else 404, b'{"response":"hola"}')

    server.behaviour = only_agent
    assert "(agent)" in sereno(server.address.origin, "--requests", "1").stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["127.0.0.1:11434"], "is no address of a server"),
        (["ftp://x"], "is no address of a server"),
        (["http://a:b@x"], "send them with --header"),
        (["http://x:99999"], "Port out of range"),
        (["http://x", "--api", "grpc"], "--api is 'grpc'; expected one of agent, ollama-chat"),
        (["http://x", "--users", "0"], "--users is '0'; expected a number above 0"),
        (["http://x", "--rate", "nan"], "--rate is 'nan'"),
        (["http://x", "--users", "1m:5-"], "is no stage; expected stages such as"),
        (["http://x", "--duration", "5"], "--duration: '5' is no duration"),
        (["http://x", "--duration", "10s", "--ramp", "20s"], "at least as long as --ramp"),
        (["http://x", "--think", "soon"], "--think: 'soon' is no duration"),
        (["http://x", "--arrivals", "bursts"], "--arrivals is 'bursts'; expected one of poisson, constant"),
        (["http://x", "--rate", "3", "--users", "1m:4"], "expected a whole number of names"),
        (["http://x", "--prompts", "nothing.txt"], "nothing.txt cannot be read"),
        (["http://x", "--header", "Secret"], "expected NAME:VALUE"),
        (["http://x", "--header", "Host: y"], "Host is set by the load test itself"),
        (["http://x", "--language", "fr"], "--language is 'fr'; expected one of en, es"),
        (["http://x", "--html", "/"], "--html is the folder /"),
        (["http://x", "--json-file", "nowhere/r.json"], "--json-file: there is no folder"),
        (["http://x", "--slo", "nowhere.yaml"], "there is no file nowhere.yaml"),
    ],
)
def test_a_mistake_is_told_before_anything_is_sent(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["loadtest", *arguments]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told


def test_a_secret_in_a_header_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["loadtest", "http://x", "--header", "Authorization: Bearer s3cr\u00e9t"]) == 2
    assert "s3cr" not in capsys.readouterr().err


def test_a_real_small_model_answers_over_two_apis(sereno: Command, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sereno.demo.server", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            url = f"http://127.0.0.1:{int(process.stdout.readline())}"
            for api in ("ollama-chat", "openai-chat"):
                data = tmp_path / f"{api}.json"
                done = sereno(
                    url, "--api", api, "--requests", "2", "--users", "1", "--max-tokens", "8", "--timeout", "90s",
                    "--json-file", str(data),
                )  # fmt: skip
                assert done.returncode == 0, done.stderr
                report = json.loads(data.read_bytes())
                assert (report["succeeded"], list(report["models"])) == (2, ["smollm2:135m"])
                assert 2 <= report["output_tokens"] <= 16
                assert report["first_chunk"]["count"] == 2
                assert report["first_chunk"]["p50"] < report["latency"]["max"]
        finally:
            process.terminate()
