"""What a real Alertmanager tells the keeper: firing, still firing, over, and muted or not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import URL

from api.double import KeeperDouble, MemoryStore
from notify.alarm import alertmanager, wait_for
from notify.plans import FULL, amtool, write
from sereno.alerts.episode import Episode
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.notify.channels import Webhook
from sereno.notify.configuration import Plan
from sereno.notify.maintenance import Window
from sereno.store.ledger import Ledger, alerts
from sereno.store.ledger.alerts import Filter
from sereno.trust.keys import issue
from web.serving import serving

HOOK = "/sereno/api/alerts/webhook"
KEY, SECRET = issue("alertmanager", ["alerts"], random=bytes(28), now=0)
ALWAYS = Window(name="always")


class Living(KeeperDouble):
    """A keeper whose clock goes."""

    def now(self) -> float:
        return time.time()


@contextmanager
def told(folder: Path) -> Iterator[tuple[str, Ledger]]:
    """An Alertmanager elsewhere that reports to a keeper, though everything is muted; its address, and the ledger."""
    ledger = Ledger(URL.create("sqlite", database=str(folder / "sereno.db")))
    app = create_app(Living(MemoryStore(), [KEY], ledger), ApiOptions())
    (folder / "key").write_text(SECRET)
    with serving(app, "192.0.2.7") as keeper:
        record = Webhook(url=keeper + HOOK, token_file=str(folder / "key"))
        config = write(folder, Plan(record=record, windows=(ALWAYS,)))
        config.write_text(config.read_text().replace("group_interval: 15s", "group_interval: 1s"))
        with alertmanager(config) as url:
            yield url, ledger
    ledger.close()


def fire(url: str, name: str, *, since: datetime, until: datetime | None = None) -> None:
    alert = {
        "labels": {"alertname": name, "severity": "critical", "job": "sereno"},
        "annotations": {"summary": f"{name} fires"},
        "startsAt": since.isoformat(),
        **({} if until is None else {"endsAt": until.isoformat()}),
    }
    body = json.dumps([alert]).encode()
    with urlopen(Request(f"{url}/api/v2/alerts", body, {"Content-Type": "application/json"}), timeout=10) as answer:
        assert answer.status == 200


def kept(ledger: Ledger, *, open_: bool) -> list[Episode]:
    with ledger.read() as connection:
        return alerts.episodes(connection, Filter(open=open_))


@pytest.mark.timeout(120)
def test_history_holds_what_alertmanager_tells_also_what_is_muted(tmp_path: Path) -> None:
    since = datetime.now(UTC) - timedelta(seconds=40)
    with told(tmp_path) as (url, ledger):
        fire(url, "OllamaDown", since=since)
        (first,) = wait_for(lambda: kept(ledger, open_=True), "the report", 30)
        assert first.labels == {"alertname": "OllamaDown", "severity": "critical", "job": "sereno"}
        assert first.starts_at == pytest.approx(since.timestamp(), abs=0.001)
        assert first.received_at - first.starts_at >= 40
        assert len(first.fingerprint) == 16
        over = datetime.now(UTC)
        fire(url, "OllamaDown", since=since, until=over)
        (last,) = wait_for(lambda: kept(ledger, open_=False), "the resolve", 60)
        assert (last.id, last.starts_at) == (first.id, first.starts_at)
        assert last.ends_at == pytest.approx(over.timestamp(), abs=0.001)


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        (("alertname=OllamaDown", "severity=critical", "job=sereno"), "record,critical"),
        (("alertname=QdrantDown", "severity=critical", "job=qdrant"), "record,critical"),
        (("alertname=Watchdog", "severity=none"), "record,heartbeat"),
        (("alertname=OfYourOwn",), "record,others"),
    ],
)
def test_history_is_told_beside_the_others(labels: tuple[str, ...], receivers: str, tmp_path: Path) -> None:
    plan = Plan(channels=FULL.channels, windows=FULL.windows, heartbeat_file=FULL.heartbeat_file,
                record=Webhook(url="http://sereno:8004" + HOOK, token_file="/run/secrets/sereno"))  # fmt: skip
    file = write(tmp_path, plan)
    assert "SUCCESS" in amtool("check-config", file)
    amtool("config", "routes", "test", f"--config.file={file}", f"--verify.receivers={receivers}", *labels)
