"""examples/agent/ask.py runs as its docstring says, and its steps arrive."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from agent.model_server import model_server
from tracing.collector import http_collector

EXAMPLE = Path(__file__).parents[2] / "examples/agent/ask.py"


def test_the_example_runs_and_is_one_trace() -> None:
    with model_server() as model, http_collector() as collector:
        done = subprocess.run(
            [sys.executable, str(EXAMPLE), "tiny", "What is a span?"],
            env={**os.environ, "GATEWAY": model.url, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "USER": "ana"},
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    assert done.stdout == "answer 1\n"
    look_up, answer = collector.spans
    assert (look_up.name, answer.name) == ("look_up", "answer")
    assert look_up.parent_span_id == answer.span_id
    assert model.headers[0]["traceparent"] == f"00-{answer.trace_id.hex()}-{answer.span_id.hex()}-01"
    assert model.headers[0]["x-sereno-user"] == "ana"
