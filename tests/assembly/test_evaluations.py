"""Planned evaluations as a person has them: a section of the settings, `sereno up`, and a score on page and metrics."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from threading import Event

import httpx
import pytest

from assembly.supervised import DEADLINE, ModelServer, Up, eventually
from sereno.assembly.evaluations import evaluations_of
from sereno.assembly.lora import registry
from sereno.config import load
from sereno.store.ledger import quality_plans

SET = """
items:
  - {id: light, prompt: "Whose scattering makes the sky blue?", contains: Rayleigh}
  - {id: name, prompt: "The name alone?", exact: rayleigh}
  - {id: capital, prompt: "The capital of Spain?", exact: Madrid}
"""  # the model server of these tests answers "Rayleigh" to everything
PLAN = """
[evaluations.nightly]
set = "sky.yaml"
model = "smollm2:135m"
every = "1h"
"""


@pytest.fixture
def planned(tmp_path: Path) -> Path:
    """A folder with a plan and its questions."""
    (tmp_path / "sky.yaml").write_text(SET)
    (tmp_path / "sereno.toml").write_text(PLAN)
    return tmp_path


@pytest.mark.usefixtures("planned")
def test_the_keeper_asks_by_itself_and_its_calls_stand_apart(up: Callable[..., Up]) -> None:
    with socket.socket() as probe:  # the keeper asks the gateway by the address of the settings
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = up("--listen", f"127.0.0.1:{port}").wait_ready()

    def scored() -> object:
        (plan,) = httpx.get(f"{running.keeper}/sereno/api/quality", timeout=DEADLINE).json()["plans"] or [{}]
        return plan if plan.get("score") is not None or plan.get("error") else None

    plan = eventually(scored, "the evaluation")
    assert (plan["name"], plan["score"], plan["error"], plan["successes"]) == ("nightly", pytest.approx(2 / 3), "", 1)
    (run,) = httpx.get(f"{running.keeper}/sereno/api/evaluations", timeout=DEADLINE).json()
    assert (run["source"], run["id"], run["set_name"]) == ("schedule", plan["run"], "sky")

    def figures() -> str:
        text = httpx.get(f"{running.keeper}/metrics", timeout=DEADLINE).text
        wanted = (
            'llm_evaluation_runs_total{evaluation="nightly",status="success"} 1',
            'sereno_internal_requests_total{status="success"} 5',  # three questions, its version, its models
        )
        return text if all(one in text for one in wanted) else ""

    text = eventually(figures, "the figures")
    assert 'llm_evaluation_failing{evaluation="nightly"} 0' in text
    assert 'llm_evaluation_score{evaluation="nightly",model="smollm2:135m"} 0.666' in text
    assert 'llm_requests_total{model="smollm2:135m",status="success",operation="chat"} 0.0' in text, "no traffic"
    assert httpx.get(f"{running.gateway}/analytics/messages", timeout=DEADLINE).json() == []


def test_a_keeper_that_stops_gives_a_run_up(planned: Path, model_server: str) -> None:
    options = (("--data", str(planned / "data")), ("--model-url", model_server))
    loaded = load(environ={}, cwd=planned, home=planned, options=options)
    ModelServer.may_finish.clear()
    stop = Event()
    with registry(loaded.settings, make=True) as (ledger, _):  # as a keeper that starts
        watch = evaluations_of(loaded.settings, ledger)
        thread = threading.Thread(target=watch.run, args=(stop,))
        thread.start()
        assert ModelServer.began.wait(DEADLINE)
        stop.set()
        thread.join(DEADLINE)
        assert not thread.is_alive()
        with ledger.read() as connection:
            (plan,) = quality_plans.planned(connection)
        assert (plan.attempted, plan.claimed_until, plan.errors) == (None, None, 0)
        ModelServer.may_finish.set()
        watch.run()
        assert watch.figures()["llm_evaluation_runs_total", ("nightly", "success")] == 1


def test_a_file_of_questions_that_is_gone_is_told(planned: Path, model_server: str) -> None:
    (planned / "sky.yaml").unlink()
    options = (("--data", str(planned / "data")), ("--model-url", model_server))
    loaded = load(environ={}, cwd=planned, home=planned, options=options)
    with registry(loaded.settings, make=True) as (ledger, _):  # as a keeper that starts
        evaluations_of(loaded.settings, ledger).run()
        with ledger.read() as connection:
            (plan,) = quality_plans.planned(connection)
    assert "sky.yaml cannot be read: No such file or directory" in plan.error
