"""The dashboard of the S&P 500 example: `python dashboard.py > grafana/dashboards/sp500.json`."""

# ruff: noqa: INP001  examples are programs, no package
from __future__ import annotations

import json
import sys
from typing import Any

POSTGRES = {"type": "grafana-postgresql-datasource", "uid": "sp500"}
DASHBOARD = {"type": "datasource", "uid": "-- Dashboard --"}
"""Grafana's own source: the data of another panel."""
CLOSE, CHANGE, DRAWDOWN, YEARS, VOLUME, ANALYZER = range(1, 7)
"""Ids of the panels."""
QUERIES = {
    CLOSE: """
SELECT day::timestamp AS time, close
FROM stock_prices
WHERE symbol = '$symbol' AND $__timeFilter(day)
ORDER BY day
""",
    CHANGE: """
SELECT day::timestamp AS time, change
FROM (
  SELECT day, close / lag(close) OVER (ORDER BY day) - 1 AS change
  FROM stock_prices WHERE symbol = '$symbol'
) AS days
WHERE $__timeFilter(day) AND change IS NOT NULL
ORDER BY day
""",
    DRAWDOWN: """
SELECT day::timestamp AS time, drawdown
FROM (
  SELECT day, close / max(close) OVER (ORDER BY day) - 1 AS drawdown
  FROM stock_prices WHERE symbol = '$symbol'
) AS days
WHERE $__timeFilter(day)
ORDER BY day
""",
    YEARS: """
SELECT year, close / lag(close) OVER (ORDER BY year) - 1 AS gain
FROM (
  SELECT DISTINCT ON (extract(year FROM day)) extract(year FROM day)::int::text AS year, close
  FROM stock_prices WHERE symbol = '$symbol'
  ORDER BY extract(year FROM day), day DESC
) AS ends
ORDER BY year
""",
    VOLUME: """
SELECT day::timestamp AS time, volume
FROM stock_prices
WHERE symbol = '$symbol' AND $__timeFilter(day) AND volume > 0
ORDER BY day
""",
}
"""SQL by panel; `$__timeFilter` and `$symbol` are filled in by Grafana."""


def dashboard() -> dict[str, Any]:
    """The dashboard in Grafana's classic model."""
    return {
        "uid": "sp500",
        "title": "S&P 500",
        "description": "Daily prices, and what they say: an example of charts that explain themselves.",
        "tags": ["example", "sereno"],
        "schemaVersion": 41,
        "editable": True,
        "graphTooltip": 1,
        "timezone": "utc",
        "time": {"from": "2007-01-01T00:00:00.000Z", "to": "2009-12-31T23:59:59.000Z"},
        "refresh": "",
        "templating": {"list": [_symbol()]},
        "annotations": {"list": []},
        "panels": [
            _series(CLOSE, "Close", "currencyUSD", (0, 0, 16, 11)),
            _analyzer((16, 0, 8, 22)),
            _series(CHANGE, "Change from day to day", "percentunit", (0, 11, 8, 11)),
            _series(DRAWDOWN, "Below the highest close before", "percentunit", (8, 11, 8, 11), fill=30),
            _years((0, 22, 12, 9)),
            _series(VOLUME, "Volume", "short", (12, 22, 12, 9), draw="bars"),
        ],
    }


def _symbol() -> dict[str, Any]:
    query = "SELECT DISTINCT symbol FROM stock_prices ORDER BY symbol"
    return {
        "name": "symbol",
        "label": "Symbol",
        "type": "query",
        "datasource": POSTGRES,
        "query": query,
        "definition": query,
        "refresh": 1,
        "current": {"text": "^GSPC", "value": "^GSPC"},
        "options": [],
    }


def _place(place: tuple[int, int, int, int]) -> dict[str, int]:
    return dict(zip(("x", "y", "w", "h"), place, strict=True))


def _target(panel: int, form: str) -> dict[str, Any]:
    return {"refId": "A", "datasource": POSTGRES, "format": form, "rawQuery": True, "rawSql": QUERIES[panel].strip()}


def _series(
    panel: int, title: str, unit: str, place: tuple[int, int, int, int], *, draw: str = "line", fill: int = 0
) -> dict[str, Any]:
    custom = {"drawStyle": draw, "lineWidth": 1, "fillOpacity": 80 if draw == "bars" else fill, "showPoints": "never"}
    return {
        "id": panel,
        "type": "timeseries",
        "title": title,
        "gridPos": _place(place),
        "datasource": POSTGRES,
        "fieldConfig": {"defaults": {"unit": unit, "custom": custom}, "overrides": []},
        "options": {"legend": {"showLegend": False}, "tooltip": {"mode": "single"}},
        "targets": [_target(panel, "time_series")],
    }


def _years(place: tuple[int, int, int, int]) -> dict[str, Any]:
    return {
        "id": YEARS,
        "type": "barchart",
        "title": "Gain by year",
        "gridPos": _place(place),
        "datasource": POSTGRES,
        "fieldConfig": {"defaults": {"unit": "percentunit", "decimals": 1}, "overrides": []},
        "options": {"xField": "year", "legend": {"showLegend": False}},
        "targets": [_target(YEARS, "table")],
    }


def _analyzer(place: tuple[int, int, int, int]) -> dict[str, Any]:
    """Our panel, on the data of the first one; it asks when somebody presses Explain."""
    return {
        "id": ANALYZER,
        "type": "sereno-chartanalyzer-panel",
        "title": "What it says",
        "gridPos": _place(place),
        "datasource": DASHBOARD,
        "fieldConfig": {"defaults": {}, "overrides": []},
        "options": {
            "analysis": "trends",
            "question": "",
            "model": "",
            "language": "",
            "strict": False,
            "context": "Daily closing prices of the S&P 500 index.",
            "autoRun": False,
            "interval": 300,
            "showFacts": True,
        },
        "targets": [{"refId": "A", "datasource": DASHBOARD, "panelId": CLOSE}],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(dashboard(), indent=2) + "\n")
