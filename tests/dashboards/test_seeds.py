"""Every panel that was asked for by name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboards.reading import documents, panels

TABLE = re.findall(
    r"^\| (0\d\d[^|]*) \| ([^|]+) \| `([\w-]+)` \| ([^|]+) \|$",
    (Path(__file__).parents[2] / "docs" / "dashboards.md").read_text("utf-8"),
    re.MULTILINE,
)
"""Rows of the page's table: document, what it names, dashboard, panels."""


def test_the_page_tells_of_every_document() -> None:
    assert {number for row in TABLE for number in row[0].split(", ")} == {"001", "002", "003", "004"}
    assert len(TABLE) > 25


@pytest.mark.parametrize(("asked", "uid", "shown"), [row[1:] for row in TABLE], ids=[row[1] for row in TABLE])
def test_what_was_asked_for_is_where_the_page_says(asked: str, uid: str, shown: str) -> None:
    document = documents()[uid]
    there = {panel["title"].casefold() for panel in panels(document)}
    there |= {f"annotation {mark['name']}".casefold() for mark in document["annotations"]["list"]}
    assert {title.strip().casefold() for title in shown.split(";")} <= there, asked


BANDS = {
    # The drift document's "Thresholds", to the figure
    ("drift-kl-divergence", "Current KL divergence"): [
        (None, "green"),
        (0.1, "yellow"),
        (0.15, "orange"),
        (0.2, "red"),
    ],
    ("drift-psi-trends", "Current PSI"): [(None, "green"), (0.1, "yellow"), (0.2, "orange"), (0.3, "red")],
    ("drift-accuracy-tracking", "Current accuracy"): [(None, "red"), (0.7, "orange"), (0.75, "yellow"), (0.8, "green")],
}


@pytest.mark.parametrize(("where", "steps"), BANDS.items(), ids=[where[0] for where in BANDS])
def test_gauges_have_the_documents_colours(where: tuple[str, str], steps: list[tuple[float | None, str]]) -> None:
    uid, title = where
    panel = next(panel for panel in panels(documents()[uid]) if panel["title"] == title)
    assert panel["type"] == "gauge"
    told = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert [(step["value"], step["color"]) for step in told] == steps


ORDER = {
    "drift-overview": (
        "gauge KL divergence", "gauge PSI", "gauge Current accuracy", "gauge Combined score",
        "timeseries Drift metrics", "stat Total checks", "stat Drift detections", "stat Fine-tuning triggers",
        "stat Check duration", "table Recent drift checks",
    ),
    "drift-kl-divergence": (
        "timeseries Real-time KL divergence", "timeseries Historical KL divergence", "gauge Current KL divergence",
        "stat 7-day average KL divergence", "stat Drift status",
    ),
    "drift-psi-trends": (
        "timeseries Real-time PSI", "timeseries Historical PSI", "gauge Current PSI", "stat 7-day average PSI",
        "stat PSI drift events (7 days)", "table Recent PSI measurements",
    ),
    "drift-accuracy-tracking": (
        "timeseries Baseline and current accuracy", "timeseries Historical accuracy", "gauge Current accuracy",
        "gauge Baseline accuracy", "stat Accuracy delta", "stat Low accuracy events (7 days)",
        "barchart Daily average accuracy (30 days)",
    ),
    "lora-version-tracking": (
        "table Adapter versions", "timeseries Training and validation loss", "barchart Training time per version",
        "stat Total adapters", "stat Active adapters", "stat Active adapter training loss",
        "stat Current active version", "table Performance metrics comparison", "piechart Adapters by base model",
        "piechart Adapters by rank",
    ),
}  # fmt: skip
"""The drift document's panels from top to bottom, with the form it gives them; others may stand between."""


@pytest.mark.parametrize("uid", ORDER)
def test_panels_have_the_documents_form_and_order(uid: str) -> None:
    shown = iter([f"{panel['type']} {panel['title']}" for panel in panels(documents()[uid])])
    assert all(wanted in shown for wanted in ORDER[uid])
    assert documents()[uid]["refresh"] in {"30s", "1m"}


def test_the_drift_overview_comes_anew_every_half_minute() -> None:
    assert documents()["drift-overview"]["refresh"] == "30s"


def test_annotations_have_the_documents_colours() -> None:
    marks = {mark["name"]: mark["iconColor"] for mark in documents()["lora-version-tracking"]["annotations"]["list"]}
    assert (marks["Adapter created"], marks["Adapter deployed"], marks["Fine-tuning triggered"]) == (
        "green", "blue", "purple",
    )  # fmt: skip


def test_the_status_is_one_verdict_in_words() -> None:
    for uid in ("drift-overview", "drift-kl-divergence", "drift-psi-trends"):
        panel = next(panel for panel in panels(documents()[uid]) if panel["title"] == "Drift status")
        assert "drift_severity" in panel["targets"][0]["expr"]
        words = panel["fieldConfig"]["defaults"]["mappings"][0]["options"]
        assert [words[str(n)]["text"] for n in range(5)] == [
            "No drift", "Notice", "Moderate", "Significant", "Critical",
        ]  # fmt: skip


def test_active_alerts_has_list_history_and_statistics() -> None:
    document = documents()["active-alerts"]
    rows = [panel["title"] for panel in document["panels"] if panel["type"] == "row"]
    assert rows == ["Active", "History", "Statistics", "Response", "Notification"]
    assert {"alertlist", "annolist", "table"} <= {panel["type"] for panel in panels(document)}


def test_capacity_counts_days() -> None:
    tiles = [panel for panel in panels(documents()["capacity-planning"]) if panel["title"].startswith("Until ")]
    assert [tile["title"] for tile in tiles] == [
        "Until a disk is full", "Until memory runs out", "Until throughput runs out",
    ]  # fmt: skip
    assert {tile["fieldConfig"]["defaults"]["unit"] for tile in tiles} == {"d"}


def test_the_executive_summary_is_for_a_wall() -> None:
    document = documents()["executive-summary"]
    assert document["refresh"] == "30s"
    assert document["time"] == {"from": "now-24h", "to": "now"}
