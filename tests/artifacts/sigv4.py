"""AWS Signature Version 4 as a server checks it (Amazon S3 API reference, "Signature Calculations for the
Authorization Header: Transferring Payload in a Single Chunk").
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, unquote, urlsplit

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<scope>[^,]+), ?"
    r"SignedHeaders=(?P<signed>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


def signature(method: str, target: str, headers: Mapping[str, str], signed: str, scope: str, secret: str) -> str:
    """The signature of a request, hexadecimal.

    Args:
        method: of the request.
        target: path and query as sent.
        headers: by lower-case name.
        signed: names of signed headers, `;` between.
        scope: `DATE/REGION/SERVICE/aws4_request`.
        secret: the secret key.
    """
    parts = urlsplit(target)
    query = sorted((quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in parse_qsl(parts.query, True))
    canonical = "\n".join([
        method,
        quote(unquote(parts.path), safe="/-_.~"),
        "&".join(f"{key}={value}" for key, value in query),
        *(f"{name}:{' '.join(headers[name].split())}" for name in signed.split(";")),
        "",
        signed,
        headers["x-amz-content-sha256"],
    ])  # fmt: skip
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest])
    key = b"AWS4" + secret.encode()
    for part in [*scope.split("/"), text]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


def signed_by(method: str, target: str, headers: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
    """The access key whose secret signed a request; None where none did."""
    told = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if told is None or told["key"] not in secrets:
        return None
    names = set(told["signed"].split(";"))
    if not {"host", *(name for name in headers if name.startswith("x-amz-"))} <= names:
        return None
    wanted = signature(method, target, headers, told["signed"], told["scope"], secrets[told["key"]])
    return told["key"] if hmac.compare_digest(wanted, told["signature"]) else None
