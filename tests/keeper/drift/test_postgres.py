"""The drift monitor on a real PostgreSQL: references, checks, events, a trigger; the seed's SQL reads what it wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drift.planted import Plan as Planted
from drift.planted import calls
from parts.postgres import Server, postgres
from sereno.drift.triggers import Rule
from sereno.errors import StoreError
from sereno.keeper.drift.monitor import DriftMonitor
from sereno.keeper.drift.plan import Plan
from sereno.metrics.increments import Increments
from sereno.query.drift import decide, event_list, summary
from sereno.store.base import Batch, Record
from sereno.store.ledger import Ledger
from sereno.store.ledger.url import postgres_url
from sereno.store.postgres import PostgresStore
from sereno.store.postgres.address import address

DAY = 86_400.0
START = 20_000 * DAY
SEED = """
SELECT timestamp, kl_divergence, psi, severity FROM drift_metrics
WHERE drift_detected = true ORDER BY timestamp DESC LIMIT 10
"""
DAILY = """
SELECT DATE(timestamp) AS day, AVG(kl_divergence), AVG(psi), AVG(current_accuracy),
  COUNT(*) FILTER (WHERE drift_detected = true) AS drift_count
FROM drift_metrics GROUP BY DATE(timestamp) ORDER BY day
"""


class World:
    """A monitor whose calls and ledger are in one database, on a clock that is moved by hand."""

    def __init__(self, url: str) -> None:
        self.now = START
        self.store = PostgresStore(address(url))
        self.ledger = Ledger(postgres_url(url))
        plan = Plan(window=DAY, rule=Rule(windows=2))
        self.monitor = DriftMonitor(self.ledger, self.store, plan, clock=lambda: self.now)

    def day(self, plan: Planted, n: int, seed: int) -> None:
        records = [Record(call, None) for call in calls(plan, n, seed, self.now, DAY)]
        self.store.add(Batch(id=f"b{seed}", records=records, increments=Increments(), positions=()))
        self.now += DAY


@pytest.fixture
def server() -> Iterator[Server]:
    with postgres() as made:
        yield made


def test_from_a_reference_to_a_trigger(server: Server) -> None:
    world = World(server.url())
    try:
        world.day("null", 400, 1)
        made = world.monitor.create("normal", START, world.now, weekdays=False, by="ana")
        world.monitor.use(made.label, "ana")
        world.day("null", 150, 2)
        assert world.monitor.check().severity == "none"
        for seed in (3, 4):
            world.day("language", 150, seed)
            found = world.monitor.check()
            assert (found.status, found.severity, found.top_feature) == ("ok", "critical", "language")
        told = event_list(world.ledger, None)
        assert [(one.kind, one.feature) for one in told] == [("drift", "language"), ("reference", None)]
        assert summary(world.ledger).triggers_waiting == 1
        assert decide(world.ledger, 1, approve=False, by="ana", note="", now=world.now).status == "rejected"
        # The queries of the document that asked for the tables, as they are written there.
        rows = server.execute(SEED)
        assert [row[3] for row in rows] == ["critical", "critical"]
        assert [row[0] for row in rows] == sorted((row[0] for row in rows), reverse=True)
        assert [row[4] for row in server.execute(DAILY)] == [0, 1, 1]
        world.monitor.look()
        assert world.monitor.figures()["drift_detected_total", ("critical",)] == 2
    finally:
        world.ledger.close()
        world.store.close()


def test_a_server_that_goes_away_leaves_nothing_half_written(server: Server) -> None:
    world = World(server.url())
    try:
        world.day("null", 100, 1)
        world.monitor.use(world.monitor.create("normal", START, world.now, weekdays=False, by="").label, "")
        world.day("language", 100, 2)
        server.stop()
        with pytest.raises(StoreError):
            world.monitor.check()
        server.start()
        assert server.execute("SELECT count(*) FROM drift_metrics") == [(0,)]
        world.monitor.tick()
        assert server.execute("SELECT status FROM drift_metrics") == [("error",)]  # told late
        world.monitor.check()
        assert server.execute("SELECT status FROM drift_metrics ORDER BY id") == [("error",), ("ok",)]
        assert {one.kind for one in event_list(world.ledger, None)} == {"reference", "failed", "works_again", "drift"}
    finally:
        world.ledger.close()
        world.store.close()
