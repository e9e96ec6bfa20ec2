"""Drift planted in traffic through the gateway: found or missed, after how many calls; false alarms of the monitor.

The way is whole: clients, the gateway that `sereno gateway` runs, a model server's double, journal, ingest, SQLite, the
drift monitor with its embedder. All talk over real sockets on one event loop whose time is computed (tests/drift), so
how busy the machine is changes no figure. 400 calls are frozen as the reference; each round sends a window of 200 calls
as before, then 200 with one thing changed: what is asked about, length of prompts, length of answers, language, 0.1 s
more before the first word, half of the calls to another model, another model behind the same name, two refusals in
five. The monitor looks at the last 200 calls every 20 calls until it has written an event, and at the end. Delay: calls
since the change when the event was written. Found: the event's feature is what was planted, and nothing else is told
(that the same drift grew worse may be).

False alarms: windows of 300 calls of two models as in the reference, put straight into the store, a new reference of
1,000 calls every 50 windows; counted is a window in which any feature of any scope has a verdict above `none`, and one
that made an event. The interval is Wilson's, 95 %.
"""

from __future__ import annotations

import statistics
import sys
from typing import Any

import msgspec

from benchmarks import rig
from sereno.keeper.drift.plan import Plan
from sereno.metrics.increments import Increments
from sereno.stats.intervals import wilson
from sereno.store.base import Batch, Record
from sereno.store.ledger import drift_checks

sys.path.insert(0, str(rig.ROOT / "tests"))
from drift.planted import Plan as Planted
from drift.planted import calls
from drift.street import Street
from keeper.drift.test_planted import PLANTED  # what each plan changes

REFERENCE, WINDOW, STEP = 400, 200, 20
ROUNDS, NULL_WINDOWS = 3, 40
SIMULATED, SIMULATED_ROWS, SIMULATED_REFERENCE, EACH = 500, 300, 1_000, 50
QUIET = {"none", "insufficient_data"}


def run(quick: bool) -> dict[str, Any]:
    found = {
        **through_the_gateway(1 if quick else ROUNDS, 2 if quick else NULL_WINDOWS),
        "simulated": simulated(EACH if quick else SIMULATED),
    }
    return {**found, "table": table(found)}


def through_the_gateway(rounds: int, null_windows: int) -> dict[str, Any]:
    with rig.scratch() as folder:
        street = Street(folder / "data", Plan(window=float(WINDOW)))
        begin = street.now
        street.pass_by("null", REFERENCE, 1)
        street.monitor.use(street.monitor.create("normal", begin, street.now, weekdays=False, by="").label, "")
        alarms = told = 0
        for seed in range(null_windows):
            street.pass_by("null", WINDOW, 1000 + seed)
            alarms += street.monitor.check().severity not in QUIET
        told = len(street.events())
        kinds = {plan: [planted(street, plan, 10 * number + 7) for number in range(rounds)] for plan in PLANTED}
        street.close()
    return {
        "reference_calls": REFERENCE, "window_calls": WINDOW, "looked_every_calls": STEP,
        "null": {"windows": null_windows, "alarms": alarms, "events": told},
        "planted": {plan: {"rounds": made, **summed(made)} for plan, made in kinds.items()},
    }  # fmt: skip


def planted(street: Street, plan: Planted, seed: int) -> dict[str, Any]:
    """One round: as before, changed, as before again."""
    street.pass_by("null", WINDOW, seed)
    street.monitor.check()
    known = len(street.events())
    change = street.now
    street.pass_by(plan, WINDOW, seed + 1)
    end, delay, first = street.now, None, None
    for sent in range(STEP, WINDOW + 1, STEP):
        street.now = change + sent
        street.monitor.check()
        happened = street.events()[known:]
        if happened:
            delay, first = sent, happened[0]
            break
    street.now = end
    street.monitor.check()
    told = ("drift", "", PLANTED[plan][0])
    others = [one for one in street.events()[known:] if one[:2] != told[:2] or one[2] not in told[2]]
    street.pass_by("null", WINDOW, seed + 2)
    street.monitor.check()
    top = None if first is None else first[2]
    return {
        "found": first is not None and first[:2] == ("drift", "") and top in PLANTED[plan][0] and not others,
        "delay_calls": delay, "feature": top, "other_events": len(others),
    }  # fmt: skip


def summed(made: list[dict[str, Any]]) -> dict[str, Any]:
    delays = [one["delay_calls"] for one in made if one["delay_calls"] is not None]
    return {
        "found": sum(one["found"] for one in made), "of": len(made),
        "delay_calls_median": statistics.median(delays) if delays else None,
    }  # fmt: skip


def simulated(windows: int) -> dict[str, Any]:
    """False alarms of all features, scopes and vectors together."""
    alarms = events = 0
    for block in range(windows // EACH):
        with rig.scratch() as folder:
            street = Street(folder / "data", Plan(window=float(SIMULATED_ROWS)))
            begin = street.now
            store(street, SIMULATED_REFERENCE, 10_000 * block)
            street.monitor.use(street.monitor.create("normal", begin, street.now, weekdays=False, by="").label, "")
            for number in range(EACH):
                store(street, SIMULATED_ROWS, 10_000 * block + 1 + number)
                check = street.monitor.check()
                with street.ledger.read() as connection:
                    found = drift_checks.findings(connection, check.id)
                alarms += any(one.severity not in QUIET for one in found)
            events += sum(kind == "drift" for kind, _, _ in street.events())
            street.close()
    interval = wilson(alarms, windows)
    return {
        "windows": windows, "calls_a_window": SIMULATED_ROWS, "reference_calls": SIMULATED_REFERENCE,
        "alarms": alarms, "share": alarms / windows, "interval": [interval.low, interval.high], "events": events,
    }  # fmt: skip


def store(street: Street, n: int, seed: int) -> None:
    """So many calls as before, one in three of a second model, one a second."""
    made = [
        msgspec.structs.replace(call, model="tiny:1b") if at % 3 == 0 else call
        for at, call in enumerate(calls("null", n, seed, street.now, float(n)))
    ]
    records = [Record(call, None) for call in made]
    street.store.add(Batch(id=f"b{street.now}", records=records, increments=Increments(), positions=()))
    street.now += n


def table(found: dict[str, Any]) -> list[list[str]]:
    """Lines of docs/benchmarks.md."""
    planted_, null, made = found["planted"], found["null"], found["simulated"]
    hit, of = (sum(one[name] for one in planted_.values()) for name in ("found", "of"))
    delays = [one["delay_calls_median"] for one in planted_.values() if one["delay_calls_median"] is not None]
    kinds = ", ".join(f"{plan} {one['delay_calls_median']:g}" for plan, one in planted_.items()
                      if one["delay_calls_median"] is not None)  # fmt: skip
    low, high = made["interval"]
    return [
        [f"drift planted in traffic through the gateway, {len(planted_)} kinds: right event, right feature, no other",
         "all", f"{hit} of {of}", "reached" if hit == of else "**not reached**", ""],
        [f"calls after the change until the event (window {WINDOW}), the slowest kind", "",
         f"{max(delays):g}" if delays else "–", "", f"median by kind: {kinds}"],
        ["windows through the gateway without drift that raised anything", "", f"{null['alarms']} of {null['windows']}",
         "", f"events: {null['events']}"],
        [f"the whole monitor, {made['windows']:,} windows without drift: any verdict in any scope", "≤ 1 %",
         f"{made['share']:.2%} ({low:.2%} – {high:.2%})", "reached" if made["share"] <= 0.01 else "**not reached**",
         f"events: {made['events']}"],
    ]  # fmt: skip
