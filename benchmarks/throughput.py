"""Requests a second through one gateway worker with full capture, beside nginx `proxy_pass` on the same core.

wrk keeps 64 connections busy with a small JSON POST. The same backend (an nginx that answers from memory) stands behind
all sides. Gateway and nginx (one worker each) are pinned to the same core and measured in turns within one run; the
backend and wrk have the other cores. `nginx` keeps its upstream connections and does not buffer; `nginx_default` is
`proxy_pass` with nothing set. Ratios are of neighbouring rounds. The gateway writes its journal to disk; nothing may be
dropped, or the figure does not count.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from benchmarks import rig

CONNECTIONS = 64


def wrk(port: int, seconds: int, folder: Path) -> float:
    script = folder / "post.lua"
    headers = 'wrk.headers["Content-Type"] = "application/json"'
    script.write_text(f"wrk.method = 'POST'\nwrk.body = [[{rig.BODY}]]\n{headers}\n")
    command = [rig.tool("wrk"), "-t1", "--timeout", "60s", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script)]
    text = rig.run([*command, f"http://127.0.0.1:{port}/v1/chat/completions"], role="load")
    if "Non-2xx" in text or "Socket errors" in text:
        raise RuntimeError(f"wrk saw errors: {text}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if found is None:
        raise RuntimeError(f"wrk said nothing: {text}")
    if not float(found[1]):
        raise RuntimeError(f"no request was answered in {seconds} s: the machine is too busy to measure")
    return float(found[1])


def run(quick: bool) -> dict[str, Any]:
    seconds, rounds = (2, 3) if quick else (10, 7)
    with (
        rig.scratch() as folder,
        rig.nginx_backend() as backend,
        rig.nginx_proxy(backend) as fair,
        rig.nginx_proxy(backend, fair=False) as default,
        rig.gateway(backend) as gateway,
    ):
        wrk(gateway.port, 1, folder)
        wrk(fair, 1, folder)
        rates = rig.alternate(
            rounds,
            gateway=lambda: wrk(gateway.port, seconds, folder),
            nginx=lambda: wrk(fair, seconds, folder),
            nginx_default=lambda: wrk(default, seconds, folder),
            direct=lambda: wrk(backend, seconds, folder),
        )
        counters = gateway.counters()
        memory = gateway.rss()
    ratios = {
        side: rig.spread([a / b for a, b in zip(rates["gateway"], rates[side], strict=True)])
        for side in ("nginx", "nginx_default", "direct")
    }
    return {
        "seconds_each": seconds, "rounds": rounds, "requests_per_second": {k: rig.spread(v) for k, v in rates.items()},
        "ratio_to": ratios, **counters, "rss_mib": memory, "valid": counters["dropped"] == 0,
    }  # fmt: skip
