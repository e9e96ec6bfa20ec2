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
