"""What prices cost: microseconds of CPU a call, seconds and megabytes of the catalogue, calls a second of a reprice.

python -m benchmarks.pricing [CALLS]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time, process_time_ns

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from sereno.assembly.reprice import reprice
from sereno.calls import Call, Usage
from sereno.pricing.prices import Prices, price
from sereno.pricing.rates import Rates, flat
from sereno.pricing.servers import Server
from sereno.pricing.tables import PriceTable
from sereno.store.base import CallQuery
from sereno.store.sqlite import SqliteStore
from store.made import a_batch, a_call, some_calls

TABLES = 20
ROUNDS, TIMES = 15, 5000
LOAD = """
import time
from pathlib import Path
def resident(): return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
began, before = time.process_time(), resident()
from sereno.pricing.catalogue import catalogue
catalogue()
print(time.process_time() - began, (resident() - before) / 1e6)
"""


def prices(usd: float = 1.0) -> Prices:
    """Twenty tables, of which the last one fits everything that has no cloud's name; and a cloud."""
    rates = Rates(input=flat(usd), output=flat(4 * usd))
    tables = [PriceTable(name=f"t{n}", models=(f"family{n}*",), rates=rates) for n in range(TABLES - 1)]
    last = PriceTable(name="last", models=("*",), upstreams=("default",), rates=rates)
    return Prices([*tables, last], {"default": Server("http://127.0.0.1:1"), "cloud": Server("https://api.openai.com")})


def micros(call: Call, in_force: Prices) -> float:
    """Microseconds of one call, the best of several rounds: on a shared machine the others measure the neighbours."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = process_time_ns()
        for _ in range(TIMES):
            price(call, in_force)
        best = min(best, (process_time_ns() - began) / TIMES / 1000)
    return best


def main() -> None:
    in_force, usage = prices(), Usage(1000, 200, 100)
    kinds = {
        "no price": a_call(upstream="other"),
        "configured": a_call(usage=usage),
        "cloud": a_call(upstream="cloud", model="gpt-4o", path="/v1/chat/completions", protocol="openai", usage=usage),
    }
    for name, call in kinds.items():
        price(call, in_force)
        print(f"{name:12} {micros(call, in_force):6.1f} µs a call")
    loaded = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True).stdout.split()
    print(f"catalogue    {float(loaded[0]):6.2f} s of CPU and {float(loaded[1]):.0f} MB, once")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "sereno.db")
        calls = some_calls(count)
        for first in range(0, count, 1000):
            store.add(a_batch(calls[first : first + 1000], f"b{first}"))
        for usd in (1.0, 2.0, 2.0):
            began = process_time()
            done = reprice(store, prices(usd), CallQuery(internal=None), sleep=lambda _seconds: None)
            seconds = process_time() - began
            print(f"reprice      {seconds / count * 1e6:6.0f} µs a call: {done.changed:,} of {count:,} changed")
        store.close()


if __name__ == "__main__":
    main()
