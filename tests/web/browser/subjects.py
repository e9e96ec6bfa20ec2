"""What the keeper's subjects leave in a month: drift, evaluations, adapters, alerts, explanations."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from sqlalchemy import URL

from api.double import NOW, KeeperDouble, chat
from grafana.recorded import record
from lora.made import folder, state
from sereno.alerts.episode import Report
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.artifacts.importing import import_adapter
from sereno.artifacts.promotion import promote
from sereno.calls import Exchange, new_id
from sereno.conventions import SQLITE_FILE
from sereno.keeper.quality import QualityWatch
from sereno.metrics.account import account_all
from sereno.quality.correction import Confusion
from sereno.stats.intervals import wilson
from sereno.store.base import Batch, Record
from sereno.store.ledger import Ledger, alert_explanations, alerts, lora_figures, quality_evals, quality_feedback
from sereno.store.ledger.lora_figures import Figure
from sereno.store.ledger.quality_evals import Calibration, Result, Run
from sereno.store.ledger.quality_feedback import Feedback
from sereno.store.sqlite import SqliteStore
from sereno.web.app import mount
from sereno.wire.decode import decode
from web.browser.stores import Stocked
from web.hostile import HOSTILE

HOUR = 3600.0
DAY = 24 * HOUR
COMPARED = "/sereno/lora/compare?a=faq-v1&b=faq-v2"
PAGES = {
    "drift": "/sereno/drift", "quality": "/sereno/quality", "lora": "/sereno/lora", "adapters_compared": COMPARED,
    "adapter": "/sereno/lora/version?version=faq-v2", "alerts": "/sereno/alerts",
    "explain": "/sereno/explain?" + urlencode({"page": "/sereno?start_time=10d", "chart": "latency"}),
}  # fmt: skip
"""Pages that show what stands in a ledger, and where."""


@contextmanager
def subjects(folder_of: Path) -> Iterator[Stocked]:
    """The site over a record of drift, with all of that beside it."""
    data = folder_of / "data"
    record(data, NOW)
    store = SqliteStore(data / SQLITE_FILE)
    ledger = Ledger(URL.create("sqlite", database=str(data / SQLITE_FILE)))
    chance = random.Random(12)
    _adapters(ledger, folder_of, chance)
    _answered(store, chance)
    QualityWatch(ledger, store, lambda: NOW).check()
    _judged(ledger, chance)
    _fired(ledger)
    view = KeeperDouble(store, ledger=ledger)
    app = create_app(view, ApiOptions())
    mount(app, view)
    yield Stocked(app, view)
    ledger.close()
    store.close()


def _adapters(ledger: Ledger, made: Path, chance: random.Random) -> None:
    """Two versions of one adapter, served one after the other under one name."""
    losses = [
        tuple(round(2.6 * 0.93**step + floor + chance.random() / 20, 4) for step in range(40)) for floor in (0.6, 0.4)
    ]
    for number, curve in enumerate(losses, 1):
        given = {"training": state(losses=curve, evals=curve[::8]), "lora_alpha": 16 * number}
        kept = folder(made / f"faq-v{number}", fill=number, **given)
        import_adapter(ledger, str(kept), now=NOW - (9 - number) * DAY)
    promote(ledger, "faq-v1", now=NOW - 6 * DAY, force="the first of its kind", actor="ana")
    promote(ledger, "faq-v2", now=NOW - 3 * DAY)
    promote(ledger, "faq-v2", now=NOW - 2 * DAY, force="judged by hand on Friday", actor="luis")
    with ledger.write() as connection:
        lora_figures.serve(connection, "faq-v1", "faq", NOW - 6 * DAY)
        lora_figures.serve(connection, "faq-v2", "faq", NOW - 2 * DAY)
        for version, ago, hours in (("faq-v1", 6 * DAY, 96), ("faq-v2", 2 * DAY, 48)):
            for hour in range(hours):
                at, calls = NOW - ago + (hour + 1) * HOUR, chance.randint(4, 40)
                figures = {
                    "latency_p95_seconds": chance.lognormvariate(0.8, 0.3), "tokens_per_second": chance.gauss(48, 3),
                    "error_rate": 0.0 if version == "faq-v1" else chance.choice((0.0, 0.0, 1 / calls)),
                    "requests": float(calls),
                }  # fmt: skip
                lora_figures.keep(connection, [
                    Figure(version=version, metric=name, value=value, samples=calls, at=at)
                    for name, value in figures.items()
                ])  # fmt: skip
        for version, right in (("faq-v1", 131), ("faq-v2", 162)):
            low, high = wilson(right, 200)
            details = {"eval_set": "faq-200", "low": low, "high": high}
            figure = Figure(version=version, metric="accuracy", value=right / 200, samples=200, at=NOW - DAY)
            lora_figures.keep(connection, [msgspec.structs.replace(figure, details=details)])


def _answered(store: SqliteStore, chance: random.Random) -> None:
    """Calls to both versions; some answers are refusals, some are cut."""
    said = ("Yes, until Friday.", "I'm sorry, but I can't help with that.", "The the the the the the the the the the")
    exchanges: list[Exchange] = []
    for number in range(300):
        at = NOW - 6 * DAY + number * (6 * DAY - HOUR) / 300
        answer = chance.choices(said, (90, 6, 4))[0]
        error = "no" if chance.random() < 0.03 else None
        latency, who = chance.lognormvariate(0.4, 0.4), chance.choice(("ana", "eva"))
        sent = chat(
            f"Question {number}?", answer, model="faq:latest", at=at, latency=latency, error=error, serial=number,
            user=who,
        )  # fmt: skip
        exchanges.append(msgspec.structs.replace(sent, id=new_id(int(at * 1e9), chance.randbytes(10))))
    records = [Record(decode(one), one) for one in exchanges]
    store.claim_model_slots(sorted({one.call.model or "" for one in records}))
    increments = account_all([one.call for one in records], lambda name: name or "other")
    store.add(Batch(id="faq", records=records, increments=increments, positions=()))


def _judged(ledger: Ledger, chance: random.Random) -> None:
    """Runs of two models on one set, a judge's calibration, thumbs of people."""
    with ledger.write() as connection:
        for number in range(8):
            model, right = (("faq:latest", 31 + number), ("llama3.2:latest", 24))[number % 2]
            low, high = wilson(right, 40)
            results = [
                Result(item=f"i{n}", kind="exact", score=float(n < right), answer="Yes.", error="", seconds=0.4)
                for n in range(40)
            ]
            quality_evals.add(connection, Run(
                id=f"0192f0a1-b2c3-7def-8123-45678900000{number}", at=NOW - (9 - number) * DAY / 2, seconds=31.0,
                set_name="basics-en", set_digest="d" * 64, items=40, model=model, judge="qwen3:4b", failed=0,
                score=right / 40, low=low, high=high, corrected=right / 42, corrected_low=low - 0.06,
                corrected_high=min(1.0, high + 0.02),
            ), results)  # fmt: skip
        confusion = Confusion(good=25, good_found=24, bad=25, bad_found=21)
        quality_evals.keep_calibration(connection, Calibration(
            at=NOW - 5 * DAY, judge="qwen3:4b", set_name="judged-50", set_digest="e" * 64, confusion=confusion,
        ))  # fmt: skip
        thumbs = [1.0 if chance.random() < 0.8 else -1.0 for _ in range(60)]
        quality_feedback.add(connection, [
            Feedback(at=NOW - n * HOUR, call_id=f"c{n}", model="faq:latest", score=score)
            for n, score in enumerate(thumbs)
        ])  # fmt: skip


def _fired(ledger: Ledger) -> None:
    """Alerts of a month: over, taken up, and two that fire now, one of them explained."""

    def report(name: str, severity: str, ago: float, lasted: float | None, summary: str) -> Report:
        began = NOW - ago
        labels = {"alertname": name, "severity": severity, "upstream": "default", "job": "sereno"}
        return Report(
            fingerprint=f"{name}-{ago:.0f}", labels=labels, starts_at=began,
            annotations={"summary": summary, "description": "The model server does not answer on 127.0.0.1:11435.",
                         "runbook_url": "https://example.org/runbooks/" + name},
            ends_at=None if lasted is None else began + lasted,
        )  # fmt: skip

    past = [
        report("LatencyHigh", "warning", day * DAY, 900.0 + 60 * day, "Answers take long") for day in range(2, 27, 3)
    ]
    down = report("OllamaDown", "critical", 1900.0, None, "Ollama default is down")
    slow = report("LatencyHigh", "warning", 700.0, None, "Answers of llama3.2 take 4 s")
    evil = report(HOSTILE[0][:60], HOSTILE[1][:40], 60.0, None, HOSTILE[0])
    with ledger.write() as connection:
        for one in past:
            alerts.record(connection, [msgspec.structs.replace(one, ends_at=None)], one.starts_at + 40)
            (seen,) = alerts.episodes(connection, alerts.Filter(open=True))
            alerts.acknowledge(connection, [seen.id], by="ana", note="restarted it", now=one.starts_at + 300)
            alerts.record(connection, [one], (one.ends_at or NOW) + 40)
        alerts.record(connection, [down, slow, evil], NOW - 30)
        alert_explanations.claim(connection, [down], NOW)
        alert_explanations.settle(connection, [down], "told", "0192")
