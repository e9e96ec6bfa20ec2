"""LiteLLM's proxy beside the gateway: the same backend, the same OpenAI chat completion, the same core.

LiteLLM comes from PyPI into an environment of its own (.tools/litellm) and runs with one worker, as its documentation
starts it, its logging as it comes, without a key: no database, so it keeps no prompts, while the gateway records every
call whole.
Throughput by wrk with 64 connections in turns; latency by the probe of `latency` at one connection.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from benchmarks import rig, throughput

ALONE = {
    "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_TELEMETRY": "False",
}
"""Loopback only: no key to check, no look-up of prices and no telemetry over the network; each is less work for it."""
VENV = rig.TOOLS / "litellm"


def install() -> str:
    program = VENV / "bin" / "litellm"
    if not program.exists():
        uv = rig.tool("uv")
        subprocess.run([uv, "venv", "-q", "-p", sys.executable, str(VENV)], check=True)
        subprocess.run([uv, "pip", "install", "-q", "-p", str(VENV / "bin" / "python"), "litellm[proxy]"], check=True)
    return str(program)


def run(quick: bool) -> dict[str, Any]:
    seconds, rounds, asked = (8, 2, 100) if quick else (10, 5, 1000)
    program = install()
    python = str(VENV / "bin" / "python")
    version = rig.run([python, "-c", "import importlib.metadata as m; print(m.version('litellm'))"]).strip()
    with rig.scratch() as folder, rig.go_backend() as backend, rig.gateway(backend) as gateway:
        port = rig.free_port()
        config = folder / "config.yaml"
        model = {"model": "openai/bench", "api_base": f"http://127.0.0.1:{backend}/v1", "api_key": "none"}
        config.write_text(
            json.dumps({"model_list": [{"model_name": "bench", "litellm_params": model}]})
        )  # JSON is YAML
        command = [program, "--config", str(config), "--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"]
        with rig.process(command, role="measured", cwd=folder, env={**os.environ, **ALONE}) as child:
            rig.wait_for(port, 120)
            throughput.wrk(port, seconds, folder)
            rates = rig.alternate(
                rounds,
                gateway=lambda: throughput.wrk(gateway.port, seconds, folder),
                litellm=lambda: throughput.wrk(port, seconds, folder),
            )
            memory = rig.rss(child.pid)
            path = "/v1/chat/completions"
            sides = {"direct": backend, "gateway": gateway.port, "litellm": port}
            urls = ",".join(f"http://127.0.0.1:{number}{path}" for number in sides.values())
            command = [rig.streamgen(), "probe", "-urls", urls, "-rounds", str(asked), "-warm", "20"]
            said = json.loads(rig.run(command, role="load"))
    return {
        "version": version, "rounds": rounds, "requests_per_second": {k: rig.spread(v) for k, v in rates.items()},
        "ratio": rig.spread([a / b for a, b in zip(rates["gateway"], rates["litellm"], strict=True)]),
        "seconds": dict(zip(sides, said["targets"], strict=True)), "rss_mib": memory,
    }  # fmt: skip
