"""An alert arrives, then its explanation: real Prometheus, real Alertmanager, a keeper, a webhook and a mail server."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from api.double import KeeperDouble, MemoryStore
from notify.alarm import Mail, Notice, alertmanager, mail_server, wait_for, webhook
from notify.plans import FULL, amtool, write
from notify.test_grafana import RECORD
from parts.built import built
from parts.running import prometheus
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.explain.narrate.chat import ChatModel, Usage
from sereno.explain.narrate.prompt import Prompt
from sereno.keeper.explained_alerts import ExplainedAlerts, Pace
from sereno.notify.channels import Email, Webhook
from sereno.notify.configuration import Plan, configuration
from sereno.notify.grafana import contacts
from sereno.notify.prometheus import Prometheus
from sereno.notify.sending import send
from sereno.query.explaining import Explainer
from sereno.store.ledger import METADATA, Ledger
from sereno.store.ledger.url import sqlite_url
from sereno.trust.keys import issue
from web.serving import serving

TOLD = "/sereno/api/alerts/told"
KEY, SECRET = issue("alertmanager", ["alerts"], random=bytes(28), now=0)
PATIENCE = 90.0


class Queue:
    """A service with one gauge."""

    value = 1.0

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Its HOST:PORT."""
        queue = self

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f"# TYPE queue_length gauge\nqueue_length {queue.value}\n".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class Asleep:
    """A model that never says anything."""

    async def stream(self, prompt: Prompt, model: str, max_tokens: int) -> AsyncGenerator[str | Usage, None]:
        del prompt, model, max_tokens
        await asyncio.sleep(3600)
        yield ""

    async def models(self) -> Sequence[ChatModel]:
        return []

    async def sees(self, _model: str) -> bool:
        return False

    async def close(self) -> None:
        pass


class Living(KeeperDouble):
    """A keeper whose clock goes."""

    def now(self) -> float:
        return time.time()


class Alarm(NamedTuple):
    """What a test looks at."""

    queue: Queue
    notices: list[Notice]
    mails: list[Mail]
    explained: ExplainedAlerts

    def plain(self) -> list[Notice]:
        """What Alertmanager told."""
        return [notice for notice in self.notices if "alerts" in notice.body and "type" not in notice.body]

    def explanations(self) -> list[Notice]:
        """What the keeper told."""
        return [notice for notice in self.notices if notice.body.get("type") == "explanation"]

    def ended(self, outcome: str) -> float:
        """How many ended so."""
        return self.explained.figures()["sereno_alert_explanations_total", (outcome,)]


@contextmanager
def alarm(folder: Path, pace: Pace, chat: Asleep | None = None) -> Iterator[Alarm]:
    """A queue, watched by a rule; a keeper elsewhere that is told what people are told."""
    for program in ("prometheus", "alertmanager"):
        built(program)
    queue, notices, mails = Queue(), list[Notice](), list[Mail]()
    with ExitStack() as stack:
        ledger = Ledger(sqlite_url(folder / "sereno.db"))
        stack.callback(ledger.close)
        with ledger.write() as connection:
            METADATA.create_all(connection)
        hook = Webhook(url=stack.enter_context(webhook(notices)))
        mail = Email(
            to=("ops@example.org",), sender="s@example.org", server=stack.enter_context(mail_server(mails)), tls=False
        )
        target = stack.enter_context(queue.serving())
        address: list[str] = []
        explained = ExplainedAlerts(
            Explainer(chat=chat, model="" if chat is None else "sleepy", new_id=lambda: "0199"),
            source=lambda: Prometheus(address[0]),
            ways=(hook, mail),
            send=send,
            shipped={},
            ledger=ledger,
            pace=pace,
        )
        app = create_app(Living(MemoryStore(), [KEY], ledger), ApiOptions(), None, explained.follow)
        keeper = stack.enter_context(serving(app, "192.0.2.7"))
        (folder / "key").write_text(SECRET)
        told = Webhook(url=keeper + TOLD, token_file=str(folder / "key"), resolved=False)
        config = write(folder, Plan(channels=(hook, mail), explain=told))
        config.write_text(config.read_text().replace("group_wait: 10s", "group_wait: 1s"))
        manager = stack.enter_context(alertmanager(config))
        (folder / "queue.rules.yaml").write_text(
            """groups: [{name: queue, rules: [{alert: QueueLong, expr: "queue_length > 10", for: 1s,
 labels: {severity: critical}, annotations: {summary: "The queue of {{ $labels.job }} is long"}}]}]"""
        )
        seen = stack.enter_context(
            prometheus(
                folder,
                f"""
global: {{scrape_interval: 500ms, evaluation_interval: 500ms}}
rule_files: ["{folder}/queue.rules.yaml"]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{manager.removeprefix("http://")}"]}}]}}]}}
scrape_configs: [{{job_name: shop, static_configs: [{{targets: ["{target}"]}}]}}]
""",
            )
        )
        address.append(seen.url)
        wait_for(lambda: (seen.value("count_over_time(queue_length[1m])", time.time()) or 0) > 6, "six scrapes")
        yield Alarm(queue, notices, mails, explained)


@pytest.mark.timeout(240)
def test_the_alert_comes_first_and_its_explanation_after_it(tmp_path: Path) -> None:
    with alarm(tmp_path, Pace(hold=2.0, range=300.0)) as night:
        night.queue.value = 48.0
        wait_for(night.explanations, "the explanation", PATIENCE)
        wait_for(lambda: len(night.mails) > 1, "both mails", PATIENCE)
        wait_for(lambda: night.ended("sent"), "its count", PATIENCE)

        (first, *_), (then,) = night.plain(), night.explanations()
        assert 0 < then.at - first.at < 60
        assert first.has("firing", alertname="QueueLong", job="shop")
        assert then.body["summary"] == "The queue of shop is long"
        assert then.body["query"] == "queue_length"
        assert "queue_length went beyond the threshold of 10" in then.body["text"]
        assert "48" in then.body["text"]
        assert then.body["supported"] == then.body["numbers"] > 0
        subjects = [mail.message["Subject"] for mail in night.mails]
        assert subjects == ["[critical] The queue of shop is long", "Explained: The queue of shop is long"]
        assert night.mails[0].at < night.mails[1].at


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_slow_model_delays_no_alert_and_sends_nothing_late(tmp_path: Path) -> None:
    with alarm(tmp_path, Pace(within=6.0, hold=0.0, range=300.0), Asleep()) as night:
        night.queue.value = 48.0
        wait_for(lambda: night.ended("late"), "the end of its time", PATIENCE)

        assert night.plain()[0].has("firing", alertname="QueueLong")
        assert night.explanations() == []
        wait_for(lambda: night.mails, "the mail of the alert", PATIENCE)
        assert [mail.message["Subject"] for mail in night.mails] == ["[critical] The queue of shop is long"]


PLAN = Plan(
    channels=FULL.channels,
    windows=FULL.windows,
    record=RECORD,
    explain=Webhook(url="http://sereno:8004" + TOLD, token_file="/run/secrets/sereno", resolved=False),
)


def test_who_is_told_is_explained_to_and_nobody_else(tmp_path: Path) -> None:
    assert "SUCCESS" in amtool("check-config", write(tmp_path, PLAN))

    def urls(plan: Plan) -> dict[str, list[Any]]:
        receivers = yaml.safe_load(configuration(plan))["receivers"]
        return {one["name"]: [hook.get("url") for hook in one.get("webhook_configs", ())] for one in receivers}

    told = "http://sereno:8004" + TOLD
    assert told in urls(PLAN)["critical"]
    assert told in urls(PLAN)["others"]
    assert told not in urls(PLAN)["record"]
    quiet = Plan(channels=(FULL.channels[2],), explain=PLAN.explain)
    assert told in urls(quiet)["critical"]
    assert told not in urls(quiet)["others"], "warnings are told to nobody"
    hooks = {one["name"]: one.get("webhook_configs", ()) for one in yaml.safe_load(configuration(PLAN))["receivers"]}
    assert [hook["send_resolved"] for hook in hooks["critical"] if hook.get("url") == told] == [False]


def test_grafana_tells_the_keeper_too_under_a_uid_of_its_own() -> None:
    points = {point["name"]: point["receivers"] for point in yaml.safe_load(contacts(PLAN))["contactPoints"]}
    for name in ("critical", "others"):
        uids = [receiver["uid"] for receiver in points[name]]
        assert len(set(uids)) == len(uids)
        last = points[name][-1]
        assert last["settings"]["url"] == "http://sereno:8004" + TOLD
        assert last["disableResolveMessage"] is True
