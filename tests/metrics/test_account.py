"""What calls count: the table of design §7, and that nothing depends on grouping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sereno.calls import Call, Identity, Timing, Usage
from sereno.conventions import METRIC
from sereno.metrics.account import account, account_all
from sereno.metrics.increments import Increments
from sereno.metrics.rollups import DAY, HOUR, ROLLUPS, Rollup, coarser, differences, merge_cells
from sereno.metrics.slots import LATENCY, SLOTS, TPOT, TTFT, histogram
from store.made import T0, a_call, label, some_calls

CHAT = ("llm_requests_total", ("a:latest", "success", "chat"))
OLLAMA = ("ollama_requests_total", ("success", "a:latest"))
UNPRICED = ("llm_unpriced_requests_total", ("a:latest",))
STOP = ("llm_finish_reasons_total", ("a:latest", "stop"))
SENT = ("llm_tokens_used_total", ("prompt", "a:latest"))
GOT = ("llm_tokens_used_total", ("completion", "a:latest"))
PLAIN = {CHAT: 1, OLLAMA: 1, UNPRICED: 1, STOP: 1, SENT: 10, GOT: 20}


def without(*keys: Any, **more: Any) -> dict[Any, float]:
    return {key: value for key, value in PLAIN.items() if key not in keys} | more


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (a_call(), PLAIN),
        (a_call(protocol="openai"), without(OLLAMA)),
        (a_call(usage=Usage()), without(SENT, GOT)),
        (a_call(usage=Usage(0, 0, 0)), {**PLAIN, SENT: 0, GOT: 0}),
        (a_call(usage=Usage(10, 4, 20)), {**PLAIN, ("llm_cached_tokens_total", ("a:latest",)): 4}),
        (a_call(cost_usd=0.25), {**without(UNPRICED), ("llm_cost_usd_total", ("a:latest",)): 0.25}),
        (a_call(energy_joules=0.1234567), {**PLAIN, ("llm_energy_joules_total", ("a:latest",)): 0.123457}),
        (
            a_call(timing=Timing(9.0, eval=2.5)),
            {
                **PLAIN,
                ("llm_generation_seconds_total", ("a:latest",)): 2.5,
                ("llm_generation_tokens_total", ("a:latest",)): 20,
            },
        ),
        (a_call(timing=Timing(9.0, eval=2.5), usage=Usage(10)), without(GOT)),  # 2.5 s for how many tokens?
        (a_call(finish_reason="<script>"), {**without(STOP), ("llm_finish_reasons_total", ("a:latest", "other")): 1}),
        (
            a_call(status="error", error_type="http_5xx", finish_reason=None, usage=Usage()),
            {
                ("llm_requests_total", ("a:latest", "error", "chat")): 1,
                ("ollama_requests_total", ("error", "a:latest")): 1,
                ("llm_errors_total", ("a:latest", "http_5xx")): 1,
            },
        ),
        (
            a_call(status="aborted", error_type="client_closed", finish_reason=None, usage=Usage()),
            {
                ("llm_requests_total", ("a:latest", "aborted", "chat")): 1,
                ("ollama_requests_total", ("aborted", "a:latest")): 1,
            },
        ),
        (
            a_call(
                model="anything:the-client-typed", protocol="openai", usage=Usage(), finish_reason=None, cost_usd=0.0
            ),
            {("llm_requests_total", ("other", "success", "chat")): 1, ("llm_cost_usd_total", ("other",)): 0.0},
        ),
        (
            a_call(operation="other", route="/api/tags", decode_error="not JSON"),
            {
                ("sereno_other_requests_total", ("/api/tags", "success")): 1,
                ("sereno_decode_failures_total", ("ollama",)): 1,
            },
        ),
        (a_call(internal="judge"), {("sereno_internal_requests_total", ("success",)): 1}),
        (a_call(internal="judge", operation="other"), {("sereno_internal_requests_total", ("success",)): 1}),
    ],
)
def test_what_a_call_counts(call: Call, expected: dict[Any, float]) -> None:
    assert account(call, label).counters == expected


def test_durations_are_observed_once_in_each_place() -> None:
    counted = account(a_call(timing=Timing(5.0, 0.25, 0.0625, load=0.5), cost_usd=0.001), label)
    assert {name: (h.count, h.total) for (name, _), h in counted.histograms.items()} == {
        "llm_request_duration_seconds": (1, 5.0),
        "llm_time_to_first_token_seconds": (1, 0.25),
        "llm_time_per_output_token_seconds": (1, 0.0625),
        "llm_load_duration_seconds": (1, 0.5),
        "ollama_request_duration_seconds": (1, 5.0),
        "ollama_model_costs": (1, 0.001),
    }
    assert dict(counted.histograms["llm_request_duration_seconds", ("a:latest", "chat")].cumulative())[5.0] == 1
    assert dict(counted.histograms["llm_request_duration_seconds", ("a:latest", "chat")].cumulative())[3.0] == 0


def test_cells_are_by_the_end_of_a_call() -> None:
    call = a_call(
        started_at=T0 + 86399, timing=Timing(2.0), identity=Identity("ana", "s", "k1", "10.0.0.1"), category="code",
        cost_source="local:gpu", status="error", error_type="http_5xx",
    )  # fmt: skip
    day, about = int(T0) + 86400, ("a:latest", "chat", "error")
    assert {name: list(cells) for name, cells in account(call, label).cells.items()} == {
        "traffic": [(day, *about)],
        "topics": [(day, "code", *about)],
        "origins": [(day, "default", "local:gpu", "http_5xx", *about)],
        "callers": [(day, "ana", "k1")],
        "people": [(day, "ana", "k1", "10.0.0.1", *about)],
        "interests": [(day, "ana", "code", *about)],
    }


VALUES: dict[str, Callable[[Call], str | None]] = {
    "model": lambda c: c.model,
    "operation": lambda c: c.operation,
    "status": lambda c: c.status,
    "user": lambda c: c.identity.user,
    "key": lambda c: c.identity.key,
    "client": lambda c: c.identity.client,
    "category": lambda c: c.category,
    "upstream": lambda c: c.upstream,
    "cost_source": lambda c: c.cost_source,
    "error_type": lambda c: c.error_type,
}


@pytest.mark.parametrize("rollup", ROLLUPS, ids=lambda r: r.name)
def test_every_roll_up_holds_its_dimensions_and_all_figures(rollup: Rollup) -> None:
    calls = [c for c in some_calls(80, 11) if c.is_llm]
    groups: dict[tuple[Any, ...], list[Call]] = {}
    for c in calls:
        at = int(c.ended_at) // rollup.levels[0] * rollup.levels[0]
        groups.setdefault((at, *(VALUES[d](c) for d in rollup.dimensions)), []).append(c)
    cells = account_all(calls, label).cells[rollup.name]
    assert set(cells) == set(groups)
    for key, mine in groups.items():
        cell = cells[key]
        assert cell["calls"] == len(mine) == sum(n for slot, n in cell.slots.items() if slot < TTFT.exact)
        assert cell["error"] == sum(c.status == "error" for c in mine)
        assert cell["output_tokens"] == sum(c.usage.output_tokens or 0 for c in mine)
        assert cell["cost_nanos"] == sum(round((c.cost_usd or 0) * 1e9) for c in mine)
        assert cell["unpriced"] == sum(
            c.cost_usd is None and (c.usage.input_tokens, c.usage.output_tokens) != (None, None) for c in mine
        )
        assert cell["energy_micros"] == sum(round((c.energy_joules or 0) * 1e6) for c in mine)
        assert cell["energy_known"] == sum(c.energy_joules is not None for c in mine)
        assert cell["energy_tokens"] == sum(c.usage.output_tokens or 0 for c in mine if c.energy_joules is not None)
        assert cell["latency_nanos"] == sum(round(c.timing.total * 1e9) for c in mine)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.integers(0, 30), st.integers(0, 30))
def test_differences_lead_from_one_state_to_another(seed: int, first: int, second: int) -> None:
    calls = some_calls(60, seed)
    before, after = (account_all(part, label).cells for part in (calls[: 30 + first], calls[second:]))
    for rollup in ROLLUPS:
        there, here = after[rollup.name], before[rollup.name]
        merge_cells(here, differences(there, here))
        left = {key: cell for key, cell in here.items() if cell["calls"]}
        for cell in left.values():
            cell.slots = {slot: n for slot, n in cell.slots.items() if n}
        assert left == there


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.data())
def test_any_grouping_counts_the_same(seed: int, data: st.DataObject) -> None:
    calls = some_calls(40, seed)
    together = account_all(calls, label)
    shuffled = data.draw(st.permutations(calls))
    parts, rest = Increments(), Increments()
    split = data.draw(st.integers(0, 40))
    for call in shuffled[:split]:
        parts.merge(account(call, label))
    rest.merge(account_all(shuffled[split:], label))
    rest.merge(parts)
    assert rest == together


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6))
def test_counters_histograms_and_cells_tell_one_story(seed: int) -> None:
    calls = [c for c in some_calls(60, seed) if c.operation != "other" and not c.internal]
    counted = account_all(calls, label)
    requests: Counter[tuple[str, str]] = Counter()
    for (name, labels), value in counted.counters.items():
        if name == "llm_requests_total":
            requests[labels[0], labels[2]] += int(value)
    observed = {k[1]: h.count for k, h in counted.histograms.items() if k[0] == "llm_request_duration_seconds"}
    assert dict(requests) == observed
    assert sum(requests.values()) == len(calls)
    for cells in counted.cells.values():
        assert len(calls) == sum(cell["calls"] for cell in cells.values())
    for seconds in (HOUR, DAY):
        wide = coarser(counted.cells["traffic"], seconds)
        assert all(key[0] % seconds == 0 for key in wide)
        assert sum(cell["output_tokens"] for cell in wide.values()) == sum(c.usage.output_tokens or 0 for c in calls)
        assert sum(histogram(c.slots, TTFT, 0).count for c in wide.values()) == sum(
            c.timing.time_to_first_chunk is not None for c in calls
        )


def test_every_counted_name_and_label_set_is_in_the_catalogue() -> None:
    counted = account_all(some_calls(400), label)
    for name, labels in [*counted.counters, *counted.histograms]:
        assert METRIC[name].source == "call"
        assert len(labels) == len(METRIC[name].labels)
    counted_names = {name for name, _ in [*counted.counters, *counted.histograms]}
    assert counted_names == {metric.name for metric in METRIC.values() if metric.source == "call"}


def test_the_layout_of_slots_is_part_of_the_store_format() -> None:
    # Changing an edge or a bucket changes these: every store then needs a migration of its roll-ups.
    assert [LATENCY.exact, TTFT.exact, TPOT.exact] == [0, 16, 34]
    assert [LATENCY.sparse, TTFT.sparse, TPOT.sparse, SLOTS] == [49, 371, 693, 1015]
    assert list(LATENCY.edges) == [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600]
    assert list(TTFT.edges) == [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300]
    assert list(TPOT.edges) == [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5]
