"""A model server is killed: seconds until people know, as Sereno is shipped.

Real processes on loopback: two model servers, `sereno up`, Prometheus with the shipped rules, Alertmanager with the
configuration and texts that `sereno alertmanager config` writes, a webhook, a mail server (aiosmtpd). Scrapes, polls
and evaluations every 15 s, as everywhere by default; nothing is shortened. SIGKILL ends one model server, then the
other one, whose alert belongs to a group that was told already; then both come back. Most of the time is waited on
purpose: `for: 30s` of OllamaDown, and Alertmanager's wait for what belongs together.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from typing import Any

from benchmarks import rig

sys.path.insert(0, str(rig.ROOT / "tests"))
from notify.test_end_to_end import QUICK, SHIPPED, outages, running  # the outage that the tests cause
from parts.built import BIN

TARGET = 120.0
ROUNDS = 2
LINES = {
    "webhook": "a model server is killed: webhook told",
    "mail": "a model server is killed: mail arrived",
    "second outage of the group": "a second one is killed: webhook told, in a group that was told already",
    "resolved": "the first is back: webhook told",
    "resolved by mail": "both are back: mail arrived",
}


def run(quick: bool) -> dict[str, Any]:
    for program in ("prometheus", "alertmanager"):
        if not (BIN / program).is_file():
            raise rig.Missing(f"{program} is not built; make parts builds it")
    taken: list[dict[str, float]] = []
    for _ in range(1 if quick else ROUNDS):
        with rig.scratch() as folder, ExitStack() as stack:
            alarm = stack.enter_context(contextmanager(running)(QUICK if quick else SHIPPED, folder))
            taken.append(outages(alarm))
    seconds = {name: rig.spread([one[name] for one in taken]) for name in LINES}
    return {
        "rounds": len(taken),
        "seconds": seconds,
        "table": [
            [f"{text}, the slowest of {len(taken)}", f"≤ {TARGET:g} s", f"{seconds[name]['max']:.0f} s",
             "reached" if seconds[name]["max"] <= TARGET else "**not reached**", ""]
            for name, text in LINES.items()
        ],
    }  # fmt: skip
