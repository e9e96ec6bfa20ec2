"""Adapters over HTTP: lists, one, two side by side, promotion and rollback, and who may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import URL

from api.client import fetch
from api.double import NOW, KeeperDouble, MemoryStore, chat
from lora.made import folder
from lora.test_difference import paired
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.artifacts.importing import import_adapter
from sereno.lora.rule import Rule
from sereno.query.access import AccessRules
from sereno.store.ledger import Ledger, lora_figures
from sereno.store.ledger.lora_figures import Figure
from sereno.trust.keys import issue

JSON = {"Content-Type": "application/json"}
DIGEST = "sha256:" + "b" * 64
BASE = "HuggingFaceTB/SmolLM2-135M-Instruct"
READER, READ = issue("reader", ["read"], random=bytes(28), now=0)
ADMIN, ALL = issue("boss", ["admin", "read"], random=b"\x02" * 28, now=0)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    for number, alpha in ((1, 16), (2, 32)):
        at = folder(tmp_path / f"v{number}", fill=number, lora_alpha=alpha)
        import_adapter(ledger, str(at), now=NOW - 7200 + number, base_digest=DIGEST)
    with ledger.write() as connection:
        lora_figures.serve(connection, "v1", "faq", NOW - 3600)
    yield ledger
    ledger.close()


@pytest.fixture
def app(ledger: Ledger) -> Any:
    calls = [
        chat("q", "a", model="faq:latest", at=NOW - 100, latency=1.0, serial=1),
        chat("q", "a", model="faq:latest", at=NOW - 50, latency=3.0, serial=2),
        chat("q", "a", model="faq:latest", at=NOW - 5000, latency=9.0, serial=3),  # before v1 was served
    ]
    return create_app(KeeperDouble(MemoryStore(calls), (READER, ADMIN), ledger), ApiOptions(access=AccessRules()))


def told(app: Any, url: str, **params: str) -> Any:
    answer = fetch(app, url, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(app: Any, url: str, body: object, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    return fetch(app, url, method="POST", content=json.dumps(body).encode(), headers=JSON | (headers or {}), **more)


def evaluation(baseline: str, candidate: str) -> dict[str, Any]:
    found = msgspec.to_builtins(paired(150, 20, 10, 20))
    items = [{"item": pair["item"], "baseline": pair["baseline"], "candidate": pair["candidate"]}
             for pair in found["pairs"]]  # fmt: skip
    return {"baseline": baseline, "candidate": candidate, "base_digest": DIGEST, "eval_set": "faq", "items": items}


def test_the_list(app: Any) -> None:
    newest, first = told(app, "/sereno/api/lora")
    assert (newest["version"], newest["aliases"], newest["models"]) == ("v2", ["candidate"], [])
    assert (first["version"], first["models"], first["is_active"]) == ("v1", ["faq"], False)
    assert (first["training_loss"], first["validation_loss"], first["training_time_seconds"]) == (1.6667, 1.2, 642.5)
    assert (first["rank"], first["parameters"], first["base_digest"]) == (8, 512, DIGEST)
    assert told(app, "/sereno/api/lora", base_model="other") == []
    assert len(told(app, "/sereno/api/lora", base_model=BASE)) == 2


def test_one_version_with_what_its_traffic_adds_up_to(app: Any) -> None:
    one = told(app, "/sereno/api/lora/v1")
    assert [point[2] for point in one["training"]["curve"]] == [2.5, 1.5, 1.0]
    assert one["live"]["total_messages"] == 2
    assert one["live"]["latency"]["mean"] == pytest.approx(2.0)
    assert [file["name"] for file in one["files"]] == ["adapter_config.json", "adapter_model.safetensors"]
    assert one["served"][0]["model"] == "faq"
    assert one["log"][0]["action"] == "import"
    assert told(app, "/sereno/api/lora/v2")["live"] is None


def test_two_side_by_side(app: Any) -> None:
    found = told(app, "/sereno/api/lora/compare", a="v1", b="v2")
    assert found["changes"] == [{"name": "lora_alpha", "a": 16.0, "b": 32.0}]
    assert (found["a"]["version"], found["b"]["version"]) == ("v1", "v2")


def test_windows(app: Any, ledger: Ledger) -> None:
    with ledger.write() as connection:
        lora_figures.keep(connection, [Figure(version="v1", metric="requests", value=2, samples=2, at=NOW)])
    (figure,) = told(app, "/sereno/api/lora/v1/performance")
    assert (figure["metric"], figure["value"], figure["at"]) == ("requests", 2, NOW)


def test_promotion_and_rollback(app: Any) -> None:
    first = post(app, "/sereno/api/lora/v1/promote", {"evaluation": evaluation("base", "v1")})
    assert first.status_code == 200, first.text
    assert (first.json()["action"], first.json()["actor"]) == ("promote", "127.0.0.1")
    second = post(app, "/sereno/api/lora/v2/promote", {"force": "the demo is tomorrow"})
    assert (second.json()["forced"], second.json()["previous_version"]) == (True, "v1")
    back = post(app, "/sereno/api/lora/rollback", {"base_model": BASE, "reason": "worse"})
    assert (back.json()["version"], back.json()["previous_version"]) == ("v1", "v2")
    log = told(app, "/sereno/api/lora/log")
    assert [line["action"] for line in log] == ["rollback", "promote", "promote", "import", "import"]
    assert {row["version"]: row["is_active"] for row in told(app, "/sereno/api/lora")} == {"v1": True, "v2": False}


def test_the_gate_tells_why(app: Any) -> None:
    refused = post(app, "/sereno/api/lora/v2/promote", {})
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:sereno:problem:adapter-refused"
    assert "no paired evaluation" in refused.json()["detail"]
    assert "v2 is" not in str([row for row in told(app, "/sereno/api/lora") if row["is_active"]])


@pytest.mark.parametrize(
    ("url", "body", "status"),
    [
        ("/sereno/api/lora/v9/promote", {}, 404),
        ("/sereno/api/lora/v1/promote", {"evaluation": {"items": 3}}, 409),
        ("/sereno/api/lora/v1/promote", {"evaluation": 3}, 400),
        ("/sereno/api/lora/v1/promote", {"force": ""}, 409),
        ("/sereno/api/lora/rollback", {}, 400),
        ("/sereno/api/lora/rollback", {"base_model": "x", "reason": "y"}, 409),
    ],
)
def test_what_is_wrong_is_said(app: Any, url: str, body: Any, status: int) -> None:
    answer = post(app, url, body)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize("url", ["/sereno/api/lora/nothing", "/sereno/api/lora/compare?a=v1&b=v9"])
def test_what_is_not_there_is_404(app: Any, url: str) -> None:
    assert fetch(app, url).status_code == 404


def test_who_may_change(app: Any) -> None:
    reading = {"X-Sereno-Key": READ}
    assert fetch(app, "/sereno/api/lora", peer="192.0.2.7", headers=reading).status_code == 200
    assert post(app, "/sereno/api/lora/v1/promote", {}, reading, peer="192.0.2.7").status_code == 403
    forced = post(app, "/sereno/api/lora/v1/promote", {"force": "x"}, {"X-Sereno-Key": ALL}, peer="192.0.2.7")
    assert forced.json()["actor"] == "boss"
    foreign = post(app, "/sereno/api/lora/v2/promote", {"force": "x"}, {"Origin": "https://evil.example"})
    assert foreign.status_code == 403


def test_a_keeper_without_a_ledger_says_so() -> None:
    app = create_app(KeeperDouble(MemoryStore([])), ApiOptions())
    assert fetch(app, "/sereno/api/lora").status_code == 404


def test_the_settings_say_what_a_promotion_must_show(ledger: Ledger) -> None:
    strict = ApiOptions(access=AccessRules(), gate=Rule(minimum=201))
    app = create_app(KeeperDouble(MemoryStore([]), (READER, ADMIN), ledger), strict)
    refused = post(app, "/sereno/api/lora/v1/promote", {"evaluation": evaluation("base", "v1")})
    assert refused.status_code == 409
    assert refused.json()["detail"] == "The evaluation has 200 items; at least 201 are asked for."
