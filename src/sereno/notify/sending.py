"""Sending an explanation by a way that people are told by: SMTP and webhooks, bounded in time.

Secrets are files, read when something is sent: Alertmanager reads the same ones.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from ssl import create_default_context
from typing import TYPE_CHECKING, Any

import msgspec

from sereno.errors import SerenoError
from sereno.notify.channels import Channel, Discord, Email, Slack
from sereno.notify.explanation import Explanation, discord, document, mail, slack

if TYPE_CHECKING:
    import httpx

IMPLICIT_TLS = 465
"""The port on which TLS begins at once (RFC 8314 §3.3); on others by STARTTLS, as Alertmanager does."""
SECRET_MOST = 64 * 1024


class SendingError(SerenoError):
    """A way does not take what is sent."""

    exit_code = 3


def send(
    one: Explanation,
    way: Channel,
    now: datetime,
    left: Callable[[], float],
    transport: httpx.BaseTransport | None = None,
) -> None:
    """Send it.

    Args:
        one: what is told.
        way: by which.
        now: the mail's date.
        left: seconds that are left for it, from now; nothing is begun once there are none.
        transport: in place of the network, for tests.

    Raises:
        SendingError: it was not taken; says by whom and why, and names no secret.
    """
    match way:
        case Email():
            _mail(one, way, now, left)
        case Slack():
            _post("Slack", secret(way.url_file), slack(one, way), "", left, transport)
        case Discord():
            _post("Discord", secret(way.url_file), discord(one), "", left, transport)
        case _:
            url = way.url or secret(way.url_file)
            token = secret(way.token_file) if way.token_file else ""
            _post("the webhook", url, document(one), token, left, transport)


def secret(path: str) -> str:
    """What a file of a secret holds.

    Raises:
        SendingError: it cannot be read, or is empty.
    """
    try:
        with Path(path).open("rb") as file:
            text = file.read(SECRET_MOST).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SendingError(
            f"{path} cannot be read by the keeper: {_reason(error)}; it needs what Alertmanager reads"
        ) from None
    if not text:
        raise SendingError(f"{path} is empty; expected a secret in one line")
    return text


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


def _mail(one: Explanation, way: Email, now: datetime, left: Callable[[], float]) -> None:
    host, _, port = way.server.rpartition(":")
    message = mail(one, way, now)
    try:
        with _smtp(way, host.strip("[]"), int(port), _some(left, way.server)) as server:
            if way.user:
                server.login(way.user, secret(way.password_file))
            _hurry(server, left, way.server)
            server.send_message(message)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise SendingError(f"the mail server {way.server} did not take it: {_sentence(error)}") from None


def _smtp(way: Email, host: str, port: int, seconds: float) -> smtplib.SMTP:
    if way.tls and port == IMPLICIT_TLS:
        return smtplib.SMTP_SSL(host, port, timeout=seconds, context=create_default_context())
    server = smtplib.SMTP(host, port, timeout=seconds)
    if way.tls:
        try:
            server.starttls(context=create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _hurry(server: smtplib.SMTP, left: Callable[[], float], name: str) -> None:
    """What follows has only the time that is left now."""
    seconds = _some(left, name)
    if server.sock is not None:
        server.sock.settimeout(seconds)


def _some(left: Callable[[], float], name: str) -> float:
    seconds = left()
    if seconds <= 0:
        raise SendingError(f"no time was left for {name}")
    return seconds


def _post(
    name: str, url: str, body: dict[str, Any], token: str, left: Callable[[], float],
    transport: httpx.BaseTransport | None,
) -> None:  # fmt: skip
    import httpx  # noqa: PLC0415  50 ms that only those who send need

    headers = {"content-type": "application/json", "user-agent": "sereno"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    try:
        with (
            httpx.Client(timeout=_some(left, name), trust_env=False, transport=transport) as client,
            client.stream("POST", url, content=msgspec.json.encode(body), headers=headers) as answer,
        ):
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        # The address may be the secret itself: the sentence tells the kind of error and nothing of the address.
        raise SendingError(f"{name} cannot be reached: {type(error).__name__}") from None
    if not 200 <= status < 300:
        raise SendingError(f"{name} refused it with {status}")


def _sentence(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]
