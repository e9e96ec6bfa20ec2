"""`python -m benchmarks [NAME …] [--quick] [--report]`: measure, write results/NAME.json and docs/benchmarks.md."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from typing import Any

from benchmarks import machine, report, rig

SCRIPTS = {"ingest": ("60000",), "store": ("1000000",)}
"""Measurements that are command lines of their own and print one JSON object; with their arguments."""
QUICK = {"ingest": (), "store": ("20000",)}
NAMES = (
    "startup", "generate", "throughput", "latency", "streams", "memory", "ingest", "store", "postgres",
    "postgres_scale", "pages", "browser", "litellm", "drift", "planted_drift", "judge", "notify", "explain_facts",
    "explain_verify",    "explain_first", "grafana_panel",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all without one")
    parser.add_argument("--quick", action="store_true", help="short runs that show that it works; not for the page")
    parser.add_argument("--report", action="store_true", help="only write docs/benchmarks.md from the results at hand")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(NAMES))
    if unknown:
        parser.error(f"{', '.join(unknown)} is none of {', '.join(NAMES)}")
    rig.RESULTS.mkdir(exist_ok=True)
    failed = [] if asked.report else [name for name in asked.names or NAMES if not measure(name, quick=asked.quick)]
    page = report.write()
    print(f"{page} is written from {rig.RESULTS}")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def measure(name: str, *, quick: bool) -> bool:
    """Run one measurement and keep its result; false if it failed. A missing tool is a result with its reason."""
    start = time.time()
    try:
        module = importlib.import_module(f"benchmarks.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"benchmarks.{name}":
            raise
        print(f"{name}: there is no benchmarks/{name}.py")
        return True
    print(f"== {name}\n{module.__doc__}", flush=True)
    try:
        found = script(name, quick=quick) if name in SCRIPTS else module.run(quick)
    except rig.Missing as missing:
        found = {"left_out": str(missing)}
    except Exception as error:  # noqa: BLE001 - the other measurements go on
        print(f"{name} failed: {type(error).__name__}: {error}", file=sys.stderr)
        return False
    result = {
        "name": name, "method": module.__doc__, "quick": quick,
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start)),
        "took_seconds": round(time.time() - start, 1), "machine": machine.describe(), "found": found,
    }  # fmt: skip
    (rig.RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(found, indent=1), flush=True)
    return True


def script(name: str, *, quick: bool) -> dict[str, Any]:
    """Run a measurement that prints its JSON."""
    arguments = QUICK[name] if quick else SCRIPTS[name]
    text = rig.run([sys.executable, str(rig.ROOT / "benchmarks" / f"{name}.py"), *arguments], timeout=7200)
    found: dict[str, Any] = json.loads(next(line for line in text.splitlines() if line.startswith("{")))
    return found


sys.exit(main())
