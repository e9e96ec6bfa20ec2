"""Prometheus's answers as its HTTP API documents them, and what is none."""

from __future__ import annotations

from urllib.parse import parse_qs

import httpx
import pytest

from sereno.notify.prometheus import Prometheus, PrometheusError

VECTOR = {
    "status": "success",
    "data": {
        "resultType": "vector",
        "result": [
            {"metric": {"job": "sereno"}, "value": [1763683200.781, "1"]},
            {"metric": {"job": "redis"}, "value": [1763683200.781, "0.25"]},
            {"metric": {"job": "none"}, "value": [1763683200.781, "NaN"]},
        ],
    },
}


def server(answer: httpx.Response) -> Prometheus:
    def handle(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == "http://prom:9090/x/api/v1/query"
        assert parse_qs(request.content.decode()) == {"query": ["up"]}
        return answer

    return Prometheus("http://prom:9090/x/", httpx.MockTransport(handle))


def test_values_by_job() -> None:
    assert server(httpx.Response(200, json=VECTOR)).by_job("up") == {"sereno": 1.0, "redis": 0.25}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (httpx.Response(200, text="<html>"), "does not answer as Prometheus does"),
        (httpx.Response(400, json={"status": "error", "errorType": "bad_data", "error": "parse error"}), "parse error"),
        (httpx.Response(200, json={"status": "success", "data": {"result": [[1, "2"]]}}), "does not answer"),
        (httpx.Response(200, content=b"[" * 100_000), "does not answer"),
    ],
)
def test_what_is_no_answer_is_told(answer: httpx.Response, told: str) -> None:
    with pytest.raises(PrometheusError, match=told):
        server(answer).by_job("up")


def test_nobody_there_is_told_with_what_to_set() -> None:
    with pytest.raises(PrometheusError, match="set --prometheus"):
        Prometheus("http://127.0.0.1:9").by_job("up")


def asked(path: str, data: object, *, query: str) -> Prometheus:
    """One that answers a question at a path, and nothing else."""

    def handle(request: httpx.Request) -> httpx.Response:
        assert request.url.path == path
        assert (request.content.decode() or request.url.query.decode()) == query
        return httpx.Response(200, json={"status": "success", "data": data})

    return Prometheus("http://prom:9090", httpx.MockTransport(handle))


def test_series_over_time() -> None:
    # Prometheus documentation, "HTTP API", "Range queries".
    result = [
        {"metric": {"__name__": "up", "job": "prometheus"}, "values": [[1435781430.781, "1"], [1435781445.781, "NaN"]]}
    ]
    server = asked(
        "/api/v1/query_range",
        {"resultType": "matrix", "result": result},
        query="query=up&start=1435781430.781&end=1435781460.781&step=15.000",
    )
    (found,) = server.lines("up", 1435781430.781, 1435781460.781, 15)
    assert found.metric == {"__name__": "up", "job": "prometheus"}
    assert found.values == [(1435781430.781, "1"), (1435781445.781, "NaN")]


def test_rules_of_a_name() -> None:
    # Prometheus documentation, "HTTP API", "Rules"; older ones answer rules of every name.
    rule = {
        "alerts": [], "annotations": {"summary": "High request latency"}, "duration": 600, "health": "ok",
        "labels": {"severity": "page"}, "name": "HighRequestLatency", "type": "alerting",
        "query": 'job:request_latency_seconds:mean5m{job="myjob"} > 0.5',
    }  # fmt: skip
    groups = [{"rules": [rule, {**rule, "name": "Other"}], "file": "/rules.yaml", "interval": 60, "name": "example"}]
    server = asked("/api/v1/rules", {"groups": groups}, query="type=alert&rule_name%5B%5D=HighRequestLatency")
    (found,) = server.rules("HighRequestLatency")
    assert found.query == 'job:request_latency_seconds:mean5m{job="myjob"} > 0.5'
    assert found.labels == {"severity": "page"}
