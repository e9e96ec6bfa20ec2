"""512 paced streams at once, 30 chunks a second each, through one gateway worker and directly.

A compiled server and client (benchmarks/streamgen) share the machine's clock. Each chunk carries its number and the
time it was sent; delay is arrival less that time. Every stream's bytes are hashed at the sender and the receiver, so a
lost, doubled or reordered chunk is a fault. Runs alternate direct, gateway, nginx; the spread of the direct runs is
the generator's own error. Added figures are differences of the quantiles of neighbouring runs.
"""

from __future__ import annotations

import json
from typing import Any

from benchmarks import rig


def load(port: int, streams: int, chunks: int) -> dict[str, Any]:
    command = [rig.streamgen(), "load", "-url", f"http://127.0.0.1:{port}/v1/chat/completions"]
    command += ["-streams", str(streams), "-rate", "30", "-chunks", str(chunks), "-ramp", "4s"]
    said: dict[str, Any] = json.loads(rig.run(command, role="load"))
    return said


def run(quick: bool) -> dict[str, Any]:
    streams, chunks, rounds = (128, 60, 2) if quick else (512, 450, 3)
    runs: dict[str, list[dict[str, Any]]] = {"direct": [], "gateway": [], "nginx": []}
    with (
        rig.go_backend() as backend,
        rig.nginx_proxy(backend) as nginx,
        rig.gateway(backend) as gateway,
    ):
        load(gateway.port, streams, 10)
        for _ in range(rounds):
            runs["direct"].append(load(backend, streams, chunks))
            runs["gateway"].append(load(gateway.port, streams, chunks))
            runs["nginx"].append(load(nginx, streams, chunks))
        counters = gateway.counters()

    def added(side: str, figure: str, quantile: str) -> dict[str, float]:
        pairs = zip(runs[side], runs["direct"], strict=True)
        return rig.spread([through[figure][quantile] - direct[figure][quantile] for through, direct in pairs])

    return {
        "streams": streams, "chunks_each": chunks, "rounds": rounds, **counters,
        "added_seconds": {
            side: {
                figure: {quantile: added(side, figure, quantile) for quantile in ("p50", "p99")}
                for figure in ("time_to_first_chunk", "chunk_delay")
            }
            for side in ("gateway", "nginx")
        },
        "direct_seconds": {
            figure: rig.spread([one[figure]["p99"] for one in runs["direct"]])
            for figure in ("time_to_first_chunk", "chunk_delay")
        },
        "faults": {side: sum(one["faults"] + one["failed"] for one in rows) for side, rows in runs.items()},
        "chunks_missing": {side: sum(r["chunks_expected"] - r["chunks"] for r in rows) for side, rows in runs.items()},
    }  # fmt: skip
