"""kill -9 of gateway, keeper or both under load: every call a client saw complete is stored exactly once.

Except what had just finished when a gateway was killed (`interval`), which `docs/journal.md` states.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest

StartSereno = Callable[..., Any]
StartLoad = Callable[..., Any]
Reconcile = Callable[..., list[str]]

VICTIMS = (("gateway",), ("keeper",), ("gateway", "keeper"))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("rounds", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_interval(start_sereno: StartSereno, start_load: StartLoad, reconcile: Reconcile, rounds: int) -> None:
    chance = random.Random(rounds)
    sereno = start_sereno()
    loads, kills, lost = [], [], []
    for number in range(rounds):
        load = start_load(sereno.port)
        loads.append(load)
        time.sleep(chance.uniform(0.3, 1.0))
        for victim in VICTIMS[number % 3]:
            killed = sereno.kill(victim)
            if victim == "gateway":
                kills.append(killed)
            time.sleep(chance.choice((0.0, 0.05)))
        time.sleep(0.3)
        load.stop()
        assert load.completed
        sereno.wait_ready()
        lost = reconcile(sereno, loads, kills)
    assert sereno.dropped() == 0
    completed = {marker: at for load in loads for marker, at in load.completed.items()}
    oldest = max((min(abs(kill - completed[marker]) for kill in kills) for marker in lost), default=0.0)
    print(f"{rounds} rounds: {len(completed)} completed, {len(lost)} lost, at most {oldest * 1000:.0f} ms old")  # noqa: T201  with -s
    assert sereno.stop() == 0


def test_strict_loses_nothing(start_sereno: StartSereno, start_load: StartLoad, reconcile: Reconcile) -> None:
    sereno = start_sereno("--durability", "strict")
    load = start_load(sereno.port)
    time.sleep(0.7)
    sereno.kill("gateway")
    time.sleep(0.3)
    sereno.kill("keeper")
    time.sleep(0.3)
    load.stop()
    sereno.wait_ready()
    assert reconcile(sereno, [load], []) == []
    assert load.completed
    assert sereno.metric("sereno_gateway_strict_timeouts_total") == 0


def test_a_killed_supervisor_takes_its_children_and_a_new_one_goes_on(
    start_sereno: StartSereno, start_load: StartLoad, reconcile: Reconcile, wait_for: Callable[..., Any]
) -> None:
    first = start_sereno()
    load = start_load(first.port)
    time.sleep(0.5)
    load.stop()
    first.process.kill()
    first.process.wait()
    wait_for(lambda: not first.answers(first.port, "/healthz"), "the gateway's end")
    wait_for(lambda: not first.answers(first.keeper_port, "/healthz"), "the keeper's end")
    second = start_sereno(data=first.data)
    assert reconcile(second, [load], []) == [], "children that are orphaned drain: nothing is lost"


def test_clients_are_served_while_the_keeper_is_down(
    start_sereno: StartSereno, start_load: StartLoad, reconcile: Reconcile
) -> None:
    sereno = start_sereno()
    load = start_load(sereno.port)
    for _ in range(3):  # each time it stays down a little longer: the back-off
        sereno.kill("keeper")
        time.sleep(0.4)
    load.stop()
    assert load.broken == set()
    sereno.wait_ready()
    assert reconcile(sereno, [load], []) == []
