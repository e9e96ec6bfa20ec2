"""docs/benchmarks.md from results/*.json: targets, what was measured, the verdict, the method; no figure of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import rig

PAGE = rig.ROOT / "docs" / "benchmarks.md"
Found = Mapping[str, Any]


class Target(NamedTuple):
    """One line of the table: what is promised, how it is read and shown, what nginx has in the same run."""

    name: str
    text: str
    limit: float
    better: str
    read: Callable[[Found], float]
    unit: str
    scale: float = 1.0
    digits: int = 2
    beside: Callable[[Found], float] | None = None


def _added(side: str, quantile: str) -> Callable[[Found], float]:
    return lambda f: float(f["seconds"][side]["added"][quantile])


def _stream(side: str, figure: str) -> Callable[[Found], float]:
    return lambda f: float(f["added_seconds"][side][figure]["p99"]["median"])


def _flow(side: str) -> Callable[[Found], float]:
    return lambda f: float(f[side]["growth_mib"]) - float(f["capture_cap_mib"])


def _faults(side: str) -> Callable[[Found], float]:
    return lambda f: float(f["faults"][side])


def _query(name: str) -> Callable[[Found], float]:
    return lambda f: float(f["queries_ms"][name]["cold"])  # the first time: the harder figure


def _above(f1: Mapping[str, Mapping[str, float]]) -> float:
    best = max(f1[name]["f1"] for name in ("3-sigma", "IQR", "STL + MAD", "Isolation Forest"))
    return float(f1["sereno"]["f1"] - best)


FIRST_FACT_MS, FIRST_WORD_MS = 150, 200
FIRST, CHUNK = "time_to_first_chunk", "chunk_delay"
HEAD = ("| what | target | measured | | nginx in the same run |", "| --- | --- | --- | --- | --- |")
TARGETS = (
    Target("throughput",
           "requests/s through one worker, full capture, 64 connections, of nginx `proxy_pass` on the same core",
           0.8, "≥", lambda f: float(f["ratio_to"]["nginx_default"]["median"]), "×"),
    Target("throughput", "the same, of an nginx tuned to keep its upstream connections",
           0.8, "≥", lambda f: float(f["ratio_to"]["nginx"]["median"]), "×"),
    Target("latency", "added latency at one connection, p50", 0.15, "≤", _added("gateway", "p50"), "ms", 1e3, 3,
           _added("nginx", "p50")),
    Target("latency", "added latency at one connection, p99", 0.5, "≤", _added("gateway", "p99"), "ms", 1e3, 3,
           _added("nginx", "p99")),
    Target("streams", "paced streams: added time to first chunk, p99", 2, "≤", _stream("gateway", FIRST), "ms", 1e3, 2,
           _stream("nginx", FIRST)),
    Target("streams", "paced streams: added delay of a chunk, p99", 1, "≤", _stream("gateway", CHUNK), "ms", 1e3, 2,
           _stream("nginx", CHUNK)),
    Target("streams", "paced streams: lost, doubled or reordered", 0, "≤", _faults("gateway"), "", 1, 0,
           _faults("nginx")),
    Target("memory", "growth during the upload, over the capture cap", 20, "≤", _flow("upload"), "MiB", 1, 1),
    Target("memory", "growth during the download, over the capture cap", 20, "≤", _flow("download"), "MiB", 1, 1),
    Target("memory", "gateway's memory, idle", 60, "≤", lambda f: float(f["idle_mib"]), "MiB", 1, 1),
    Target("memory", "gateway's memory after the small requests", 80, "≤",
           lambda f: float(f["after_small_requests"]["rss_mib"]), "MiB", 1, 1),
    Target("ingest", "ingest, journal → SQLite with bodies, search and roll-ups, one core", 6000, "≥",
           lambda f: float(f["calls_per_second"]), "calls/s", 1, 0),
    Target("store", "1 M calls: list page (cursor)", 30, "≤", _query("list, page by cursor"), "ms", 1, 1),
    Target("store", "1 M calls: filtered page (user and status)", 50, "≤",
           _query("filter user + status error"), "ms", 1, 1),
    Target("store", "1 M calls: aggregations over all time, by model", 100, "≤",
           _query("aggregate all time by model"), "ms", 1, 1),
    Target("store", "1 M calls: search for a rare word", 150, "≤", _query("search rare word"), "ms", 1, 1),
    Target("store", "1 M calls: growth of memory while 100,000 are exported", 1, "≤",
           lambda f: float(f["export"]["memory_growth_kib"]) / 1024, "MiB", 1, 1),
    Target("postgres", "ingest, calls → PostgreSQL with bodies and search, server on the same cores", 5000, "≥",
           lambda f: float(f["calls_per_second"]), "calls/s", 1, 0),
    Target("startup", "`sereno gateway` to its first answer", 0.2, "≤",
           lambda f: float(f["gateway_seconds"]["median"]), "s", 1, 3),
    Target("generate", "`sereno slo compile` of 1,000 objectives, processor time", 2, "≤",
           lambda f: float(f["compile_cpu_seconds"]["median"]), "s"),
    Target("generate", "`sereno dashboards build`, processor time", 3, "≤",
           lambda f: float(f["build_cpu_seconds"]["median"]), "s"),
    Target("explain_facts", "facts of 20 series of 100,000 points, one core, processor time", 0.5, "≤",
           lambda f: float(f["speed"]["cpu_seconds"]), "s"),
    Target("explain_facts", "false alarms, share of structureless series", 0.01, "≤",
           lambda f: float(f["false_alarms"]["reporting"]["rate"]["structureless"]), "", 1, 4),
    Target("explain_facts", "false alarms, share of seasonal series", 0.01, "≤",
           lambda f: float(f["false_alarms"]["reporting"]["rate"]["seasonal"]), "", 1, 4),
    Target("explain_facts", "planted anomalies: F1 above the best of 3-sigma, IQR, STL + MAD, Isolation Forest", 0, "≥",
           lambda f: _above(f["anomalies"]["reporting"]), "", 1, 3),
    Target("explain_facts", "anomalies planted in values of few kinds: F1 above the best of the same", 0, "≥",
           lambda f: _above(f["anomalies_few_kinds"]["reporting"]), "", 1, 3),
    Target("explain_facts", "change points of river's annotated series: F1 above the best of the same", 0, "≥",
           lambda f: _above({name: {"f1": f1} for name, f1 in f["change_points"]["mean"].items()}), "", 1, 3),
    Target("explain_facts", "planted steps: F1 above the best of the same", 0, "≥",
           lambda f: _above(f["steps"]["reporting"]), "", 1, 3),
    Target("explain_facts", "facts of 20 series of 100,000 points, memory", 300, "≤",
           lambda f: float(f["speed"]["peak_resident_mib"]), "MiB", 1, 0),
    Target("explain_verify", "1,000 explanations by each of three scripted liars: lies shown as supported", 0, "≤",
           lambda f: float(f["all"]["lies believed"]), "", 1, 0),
    Target("explain_verify", "100 texts of the small model, labelled by hand: shown as supported and wrong", 0, "≤",
           lambda f: float(f["small model"]["wrong"]), "", 1, 0),
    Target("explain_verify", "truthful narrators in two languages and templates: claims marked unsupported", 1, "≤",
           lambda f: float(f["all"]["share of truths doubted"]), "%", 100, 3),
    Target("explain_first", "first fact over HTTP, 20 series of 1,000 points (p50)", FIRST_FACT_MS, "≤",
           lambda f: float(f["20 x 1,000"]["first_fact_ms"]["p50"]), "ms", 1, 0),
    Target("explain_first", "first word by templates over HTTP, 20 series of 1,000 points (p50)", FIRST_WORD_MS, "≤",
           lambda f: float(f["20 x 1,000"]["first_word_ms"]["p50"]), "ms", 1, 0),
    Target("explain_first", "first word, 1 series of 1,000 points, first question of the process", FIRST_WORD_MS, "≤",
           lambda f: float(f["1 x 1,000"]["cold_ms"]["first_word"]), "ms", 1, 0),
    Target("startup", "`sereno --help`", 0.4, "≤", lambda f: float(f["help_seconds"]["median"]), "s", 1, 3),
)  # fmt: skip


def write() -> Path:
    """Write the page; returns where."""
    results = {path.stem: json.loads(path.read_text()) for path in sorted(rig.RESULTS.glob("*.json"))}
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(results), "utf-8")
    return PAGE


def page(results: Mapping[str, Any]) -> str:
    """The page of results by name."""
    parts = [
        "# Benchmarks\n",
        "Written by `make bench` from `benchmarks/results/`; the method of each measurement stands with its figures.",
        "Ratios come from one run in which the sides take turns. No test depends on a figure here.\n",
    ]
    if not results:
        return "\n".join([*parts, "Nothing has been measured on this checkout yet: run `make bench`.\n"])
    parts += ["## What was promised, what was measured\n", *HEAD]
    parts += [_row(target, results.get(target.name)) for target in TARGETS]
    parts += _more(results)
    parts += ["\nTen million calls are measured apart, since they take half an hour: [the store's page](store.md)."]
    for name, result in results.items():
        parts += [f"\n## {name}\n", result.get("method", "").strip(), ""]
        machine = ", ".join(f"{key} {value}" for key, value in result.get("machine", {}).items())
        short = (
            " **A short run (`--quick`): it shows that the script works, it is no measurement.**"
            if result.get("quick")
            else ""
        )
        parts += [f"Measured {result.get('at', '')} in {result.get('took_seconds', '?')} s on {machine}.{short}\n"]
        parts += ["```json", json.dumps(result.get("found", result), indent=1, ensure_ascii=False), "```"]
    return "\n".join(parts) + "\n"


def _row(target: Target, result: Any) -> str:
    promised = f"{target.better} {target.limit:g} {target.unit}".rstrip()
    if result is None:
        return f"| {target.text} | {promised} | not measured | | |"
    found = result["found"]
    if "left_out" in found:
        return f"| {target.text} | {promised} | left out: {found['left_out']} | | |"
    value = target.read(found) * target.scale
    reached = value >= target.limit if target.better == "≥" else value <= target.limit
    verdict = ("reached" if reached else "**not reached**") + (" (short run)" if result.get("quick") else "")
    if found.get("valid") is False:
        verdict = "**does not count: records were dropped**"
    beside = "" if target.beside is None else f"{target.beside(found) * target.scale:.{target.digits}f} {target.unit}"
    return f"| {target.text} | {promised} | {value:.{target.digits}f} {target.unit} | {verdict} | {beside} |"


def _more(results: Mapping[str, Any]) -> list[str]:
    """Lines that other measurements hand over ready: `found["table"]` as [what, target, measured, verdict]."""
    rows = [row for result in results.values() for row in result.get("found", {}).get("table", ())]
    return [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
