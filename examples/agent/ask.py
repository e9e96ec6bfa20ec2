"""An application of a few lines whose steps and model calls are one trace.

    sereno up
    OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 python examples/agent/ask.py llama3.2 "What is a span?"

Only the standard library and `sereno` are needed. GATEWAY names another gateway than http://127.0.0.1:11434.
"""

# ruff: noqa: INP001  examples are programs, no package
from __future__ import annotations

import json
import os
import sys
from urllib.request import Request, urlopen

from sereno import span, traced

GATEWAY = os.environ.get("GATEWAY", "http://127.0.0.1:11434")


@traced
def look_up(question: str) -> str:
    """Where a real application would ask its search engine or database."""
    return f"Answer in one sentence: {question}"


def ask(model: str, question: str) -> str:
    """The model's answer; the call joins this step in the trace and has its user and conversation."""
    with span("answer", user=os.environ.get("USER"), session="example") as step:
        prompt = look_up(question)
        body = json.dumps({"model": model, "messages": [{"role": "user", "content": prompt}]}).encode()
        headers = {"Content-Type": "application/json", **step.headers}
        with urlopen(Request(f"{GATEWAY}/v1/chat/completions", body, headers)) as reply:  # noqa: S310  our own address
            return str(json.load(reply)["choices"][0]["message"]["content"])


if __name__ == "__main__":
    print(ask(sys.argv[1], sys.argv[2]))  # noqa: T201  a program that answers on the terminal
