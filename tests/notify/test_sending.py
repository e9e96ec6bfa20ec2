"""Sending an explanation: a real mail server, webhooks as they are documented, and ways that fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

from notify.alarm import Mail, free_port, mail_server
from notify.test_explanation import ONE
from sereno.notify.channels import Channel, Discord, Email, Slack, Webhook
from sereno.notify.sending import SendingError, send

NOW = datetime(2025, 11, 21, tzinfo=UTC)


def left() -> float:
    return 30.0


def taken(seen: list[httpx.Request], status: int = 200) -> httpx.MockTransport:
    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status, text="ok")

    return httpx.MockTransport(handle)


def test_a_mail_arrives() -> None:
    mails: list[Mail] = []
    with mail_server(mails) as server:
        send(ONE, Email(to=("ops@example.org",), sender="sereno@example.org", server=server, tls=False), NOW, left)
    (mail,) = mails
    assert mail.message["Subject"] == "Explained: LLM requests fail"
    assert "It went beyond 5%." in mail.part("plain")


def test_a_mail_server_that_asks_for_a_password_gets_it(tmp_path: Path) -> None:
    seen: list[tuple[bytes, bytes]] = []

    def check(_server: object, _session: Session, _envelope: Envelope, _how: str, data: object) -> AuthResult:
        given = (getattr(data, "login", b""), getattr(data, "password", b""))
        seen.append(given)
        return AuthResult(success=given == (b"sereno", b"s3cret"), handled=False)

    class Box:
        async def handle_DATA(self, _server: object, _session: object, _envelope: object) -> str:  # noqa: N802  aiosmtpd's name
            return "250 OK"

    password = tmp_path / "password"
    password.write_text("s3cret\n")
    controller = Controller(Box(), hostname="127.0.0.1", port=free_port(), authenticator=check, auth_require_tls=False)
    controller.start()
    try:
        way = Email(
            to=("a@b.c",), sender="d@e.f", server=f"127.0.0.1:{controller.port}", tls=False, user="sereno",
            password_file=str(password),
        )  # fmt: skip
        send(ONE, way, NOW, left)
        password.write_text("wrong")
        with pytest.raises(SendingError, match="did not take it") as told:
            send(ONE, way, NOW, left)
    finally:
        controller.stop()
    assert seen[0] == (b"sereno", b"s3cret")
    assert "wrong" not in str(told.value)


def test_a_mail_server_without_tls_gets_nothing_where_tls_is_wanted() -> None:
    mails: list[Mail] = []
    with mail_server(mails) as server, pytest.raises(SendingError, match="STARTTLS"):
        send(ONE, Email(to=("a@b.c",), sender="d@e.f", server=server), NOW, left)
    assert mails == []


def test_webhooks_get_their_form(tmp_path: Path) -> None:
    address, token = tmp_path / "url", tmp_path / "token"
    address.write_text("https://hooks.example.org/services/T0/B0/secret\n")
    token.write_text("t0ken\n")
    seen: list[httpx.Request] = []
    for way in (
        Slack(url_file=str(address), channel="#ops"),
        Discord(url_file=str(address)),
        Webhook(url="http://127.0.0.1:1/told", token_file=str(token)),
    ):
        send(ONE, way, NOW, left, taken(seen, 204))

    first, second, third = seen
    assert str(first.url) == str(second.url) == "https://hooks.example.org/services/T0/B0/secret"
    assert json.loads(first.content)["channel"] == "#ops"
    assert json.loads(second.content)["embeds"][0]["title"] == "Explained: LLM requests fail"
    assert json.loads(third.content)["type"] == "explanation"
    assert third.headers["authorization"] == "Bearer t0ken"
    assert {one.headers["content-type"] for one in seen} == {"application/json"}


def refused(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody at https://hooks.example.org/services/T0/B0/secret")


@pytest.mark.parametrize(
    ("transport", "expected"),
    [
        (taken([], 404), "Slack refused it with 404"),
        (taken([], 302), "Slack refused it with 302"),
        (httpx.MockTransport(refused), "Slack cannot be reached: ConnectError"),
    ],
)
def test_what_fails_is_told_without_the_address(tmp_path: Path, transport: httpx.BaseTransport, expected: str) -> None:
    address = tmp_path / "url"
    address.write_text("https://hooks.example.org/services/T0/B0/secret")
    with pytest.raises(SendingError) as told:
        send(ONE, Slack(url_file=str(address)), NOW, left, transport)
    assert str(told.value) == expected


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_a_secret_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "url"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SendingError, match=str(file)):
        send(ONE, Discord(url_file=str(file)), NOW, left, taken([]))


@pytest.mark.parametrize(
    "way",
    [Email(to=("a@b.c",), sender="d@e.f", server="127.0.0.1:9", tls=False), Webhook(url="http://127.0.0.1:9")],
)
def test_nothing_is_begun_without_time(way: Channel) -> None:
    late: Callable[[], float] = lambda: 0.0  # noqa: E731  one expression
    with pytest.raises(SendingError, match="no time was left"):
        send(ONE, way, NOW, late)


def test_nobody_there_is_told() -> None:
    with pytest.raises(SendingError, match=r"127\.0\.0\.1:9"):
        send(ONE, Email(to=("a@b.c",), sender="d@e.f", server="127.0.0.1:9", tls=False), NOW, left)
