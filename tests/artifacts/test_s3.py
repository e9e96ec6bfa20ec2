"""Adapters in S3: a small server that answers as S3 does and checks signatures, objects in memory."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from artifacts.sigv4 import signature, signed_by
from lora.made import folder
from sereno.artifacts.reading import digest_now, read_adapter, source_of
from sereno.lora.document import AdapterError

LIST = (
    '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    "{entries}<IsTruncated>false</IsTruncated></ListBucketResult>"
)
ENTRY = (
    "<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
    "<ETag>&quot;e&quot;</ETag><Size>{size}</Size></Contents>"
)
SECRETS = {"AKIDEXAMPLE": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}


class Bucket(ThreadingHTTPServer):
    """Objects by key of the bucket `adapters`; keeps who signed each request, None where nobody it knows did."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, bytes] = {}
        self.signers: list[str | None] = []


class Handler(BaseHTTPRequestHandler):
    """ListObjectsV2 and GetObject (Amazon S3 API reference), path style."""

    server: Bucket

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.signers.append(signed_by("GET", self.path, headers, SECRETS))
        if self.server.signers[-1] is None:
            return self.answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        if bucket != "adapters":
            return self.answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        asked = parse_qs(parts.query)
        if "list-type" in asked:
            prefix = asked.get("prefix", [""])[0]
            found = [(name, len(raw)) for name, raw in sorted(self.server.objects.items()) if name.startswith(prefix)]
            entries = "".join(ENTRY.format(key=name, size=size) for name, size in found)
            return self.answer(200, LIST.format(entries=entries).encode())
        if key not in self.server.objects:
            return self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        return self.answer(200, self.server.objects[key])

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"e"')
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    server = Bucket()
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRETS["AKIDEXAMPLE"])
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_adapter_in_a_bucket_reads_as_one_in_a_folder(bucket: Bucket, tmp_path: Path) -> None:
    at = folder(tmp_path / "faq")
    for file in at.iterdir():
        bucket.objects[f"team/faq/{file.name}"] = file.read_bytes()
    bucket.objects["team/faq/checkpoint-1/adapter_config.json"] = b"{}"
    source = source_of("s3://adapters/team/faq/")
    found, local = read_adapter(source), read_adapter(source_of(str(at)))
    assert found.artifact.location == "s3://adapters/team/faq"
    assert found.artifact.digest == local.artifact.digest
    assert digest_now(source, found.artifact.files) == local.artifact.digest
    assert found.training == local.training
    assert set(bucket.signers) == {"AKIDEXAMPLE"}


def test_what_is_not_there_is_a_sentence(bucket: Bucket) -> None:
    with pytest.raises(AdapterError, match="has no adapter_config"):
        read_adapter(source_of("s3://adapters/nothing"))
    with pytest.raises(AdapterError, match="cannot be listed"):
        read_adapter(source_of("s3://forbidden/faq"))
    with pytest.raises(AdapterError, match="cannot be read"):
        list(source_of("s3://adapters/team").chunks("gone"))
    assert set(bucket.signers) == {"AKIDEXAMPLE"}


def test_another_secret_is_refused_in_a_sentence(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    with pytest.raises(AdapterError, match=r"s3://adapters/faq cannot be listed") as refused:
        read_adapter(source_of("s3://adapters/faq"))
    assert "another" not in str(refused.value)
    assert bucket.signers == [None]


def test_the_check_of_signatures_knows_the_published_ones() -> None:
    """Amazon S3 API reference, the examples of that page: GET Object, GET Bucket (List Objects)."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    headers = {"host": "examplebucket.s3.amazonaws.com", "range": "bytes=0-9", "x-amz-content-sha256": empty,
               "x-amz-date": "20130524T000000Z"}  # fmt: skip
    scope, secret = "20130524/us-east-1/s3/aws4_request", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    one = signature("GET", "/test.txt", headers, "host;range;x-amz-content-sha256;x-amz-date", scope, secret)
    assert one == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    listed = signature("GET", "/?max-keys=2&prefix=J", headers, "host;x-amz-content-sha256;x-amz-date", scope, secret)
    assert listed == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"


@pytest.mark.parametrize(
    "url", ["s3://", "s3://A b/c", "s3://bucket/../other", "s3://bucket/a?x=1", "s3://x" + "a" * 2000]
)
def test_a_wrong_address_is_refused_before_anyone_is_asked(url: str) -> None:
    with pytest.raises(AdapterError, match="no address of S3"):
        source_of(url)
