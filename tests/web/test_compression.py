"""Content codings: what is chosen (RFC 9110 §12.5.3), what is left alone, and that it can be read again."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Callable

import brotli
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.client import fetch
from sereno.web.compression import LEAST, Compression, compressed, negotiated

LONG = "<p>Sereno</p>" * 1000


def app(answer: Callable[[], Response]) -> Starlette:
    async def page(_: Request) -> Response:
        return answer()

    made = Starlette(routes=[Route("/", page)])
    made.add_middleware(Compression)
    return made


def ask(answer: Callable[[], Response], accept: str = "br, gzip", method: str = "GET") -> httpx.Response:
    return fetch(app(answer), "/", headers={"Accept-Encoding": accept}, method=method)


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),  # Chromium, Firefox
        ("gzip, deflate", "gzip"),  # curl --compressed built without brotli
        ("", "identity"),
        ("identity", "identity"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("br;q=0, *", "gzip"),
        ("gzip;q=1.0, br;q=0.9", "gzip"),
        ("BR", "br"),
        ("br;q=high", "identity"),
        ("br" + "," * 100_000, "br"),
    ],
)
def test_the_coding_of_highest_weight_is_chosen(accept: str, coding: str) -> None:
    assert negotiated(accept) == coding


@given(st.text())
def test_no_header_breaks_the_choice(accept: str) -> None:
    assert negotiated(accept) in {"br", "gzip", "identity"}


@given(st.binary(max_size=5000))
def test_what_is_compressed_can_be_read_again(body: bytes) -> None:
    assert brotli.decompress(compressed(body, "br")) == body
    assert gzip.decompress(compressed(body, "gzip")) == body


@pytest.mark.parametrize("kind", ["text/html", "application/json", "text/csv", "application/problem+json"])
@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_pages_and_their_twins_are_compressed(kind: str, coding: str) -> None:
    answer = ask(lambda: Response(LONG, media_type=kind), coding)
    assert answer.headers["content-encoding"] == coding
    assert answer.text == LONG  # httpx decodes
    assert int(answer.headers["content-length"]) < len(LONG) / 10
    assert "accept-encoding" in answer.headers["vary"].lower()


def test_a_large_body_is_compressed_apart_and_whole() -> None:
    body = LONG * 50
    assert ask(lambda: Response(body, media_type="text/html")).text == body


def test_small_bodies_pictures_and_what_is_compressed_already_pass_untouched() -> None:
    for answer in (
        ask(lambda: Response("x" * (LEAST - 1), media_type="text/html")),
        ask(lambda: Response(LONG, media_type="image/png")),
        ask(lambda: Response(LONG, media_type="text/html"), "identity"),
    ):
        assert "content-encoding" not in answer.headers
    already = gzip.compress(LONG.encode())
    answer = ask(lambda: Response(already, headers={"Content-Encoding": "gzip"}, media_type="text/html"))
    assert (answer.headers["content-encoding"], answer.text) == ("gzip", LONG)


def test_streams_are_never_held_back() -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield LONG.encode()

    for kind in ("text/event-stream", "application/json"):
        answer = ask(lambda kind=kind: StreamingResponse(parts(), media_type=kind))  # type: ignore[misc]
        assert "content-encoding" not in answer.headers
        assert answer.text == LONG * 3


def test_a_head_tells_no_length_that_a_get_would_not_have() -> None:
    answer = ask(lambda: Response(LONG, media_type="text/html"), method="HEAD")
    assert "content-length" not in answer.headers
    assert "accept-encoding" in answer.headers["vary"].lower()


def test_an_entity_tag_becomes_weak_and_other_vary_fields_stay() -> None:
    headers = {"ETag": '"a"', "Vary": "Accept-Language"}
    answer = ask(lambda: Response(LONG, headers=headers, media_type="text/html"))
    assert answer.headers["etag"] == 'W/"a"'
    assert {part.strip().lower() for part in answer.headers["vary"].split(",")} == {
        "accept-language",
        "accept-encoding",
    }
