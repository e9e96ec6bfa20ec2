"""Added latency at one connection: the gateway and nginx against the same backend asked directly.

A compiled probe (benchmarks/streamgen) sends a small JSON POST over one kept-alive connection to each side in turn:
direct, direct again, gateway, nginx, direct … Added latency is the difference of a request to the direct one beside it
in time; the second direct side shows the probe's own error.
"""

from __future__ import annotations

import json
from typing import Any

from benchmarks import rig


def run(quick: bool) -> dict[str, Any]:
    rounds = 2000 if quick else 20000
    with (
        rig.go_backend() as backend,
        rig.nginx_proxy(backend) as nginx,
        rig.gateway(backend) as gateway,
    ):
        sides = {"direct": backend, "direct_again": backend, "gateway": gateway.port, "nginx": nginx}
        urls = ",".join(f"http://127.0.0.1:{port}/small" for port in sides.values())
        said = json.loads(rig.run([rig.streamgen(), "probe", "-urls", urls, "-rounds", str(rounds)], role="load"))
    rows = dict(zip(sides, said["targets"], strict=True))
    difference = {
        quantile: rows["gateway"]["latency"][quantile] - rows["direct"]["latency"][quantile]
        for quantile in ("p50", "p99")
    }
    return {"rounds": rounds, "seconds": rows, "difference_of_quantiles": difference}
