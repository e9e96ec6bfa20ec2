"""Settings to an explainer: its model server, its prompts, its memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from ssl import SSLContext, SSLError, create_default_context
from typing import cast

from sereno.config.public import reachable
from sereno.config.table import Settings
from sereno.conventions import INTERNAL_HEADER
from sereno.errors import ConfigError
from sereno.explain.narrate.prompt import NAMES, Prompts, checked_prompt
from sereno.explain.verify import warm
from sereno.gateway.salt import salt
from sereno.models.chat import ChatClient, ChatOptions
from sereno.models.dialects import Api
from sereno.query.explaining import Explainer, Limits
from sereno.query.explaining.explainer import Draw
from sereno.query.explaining.history import fresh_id, remembering
from sereno.query.explaining.picture import can_draw, draw
from sereno.store.ledger import Ledger
from sereno.trust.internal import internal_value

MARK = "explain"
"""The mark of the calls that narrate: stored and shown apart, out of metrics, SLOs and costs of users."""


def explainer_of(settings: Settings, now: Callable[[], float], ledger: Ledger | None = None) -> Explainer:
    """What explains charts by these settings.

    Args:
        settings: the settings.
        now: epoch seconds.
        ledger: where explanations are remembered, None for nowhere.

    Raises:
        ConfigError: a prompt, the key file or a certificate is wrong, or pictures are wanted without matplotlib.
    """
    warm()
    explain = settings.explain
    keep = None if ledger is None else remembering(ledger, now, days=explain.history_days)
    return Explainer(
        chat=ChatClient(chat_options(settings)),
        model=explain.model,
        limits=Limits(
            concurrency=explain.concurrency, per_minute=explain.per_minute or 0, max_tokens=explain.max_tokens
        ),
        strict=explain.strict,
        prompts=prompts_of(explain.prompts_dir),
        keep=keep,
        draw=_drawing(explain.picture),
        new_id=lambda: fresh_id(now),
    )


def chat_options(settings: Settings) -> ChatOptions:
    """How the model that narrates is reached.

    Raises:
        ConfigError: the key file or a certificate cannot be read.
    """
    explain = settings.explain
    own = explain.url is None
    mark = internal_value(MARK, salt(settings.data)).decode() if own and settings.data.is_dir() else ""
    return ChatOptions(
        url=explain.url or _own_gateway(settings),
        api=None if explain.api == "auto" else cast("Api", explain.api),
        key="" if explain.key_file is None else _key(explain.key_file),
        idle_seconds=explain.timeout,
        tls=_own_certificate(settings) if own else _authority(explain.ca_file),
        vision={"yes": True, "no": False}.get(explain.vision),
        # Only our own gateway may see the token: another server could send it back to us as its own.
        marks=((INTERNAL_HEADER.decode(), mark),) if mark else (),
    )


def prompts_of(folder: Path | None) -> Prompts:
    """The operator's own prompts: every `NAME.txt` in the folder.

    Raises:
        ConfigError: the folder or a file cannot be read, or a prompt is wrong.
    """
    if folder is None:
        return {}
    try:
        found = sorted(folder.iterdir())
        return {
            path.stem: checked_prompt(path.stem, path.read_text("utf-8"))
            for path in found
            if path.suffix == ".txt" and not path.name.startswith(".")
        }
    except ConfigError as error:
        raise ConfigError(f"explain.prompts_dir: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        wanted = ", ".join(f"{name}.txt" for name in NAMES)
        raise ConfigError(f"explain.prompts_dir: {folder} cannot be read: {error}; expected {wanted}") from None


def _drawing(wanted: str) -> Draw | None:
    if wanted == "no" or (wanted == "auto" and not can_draw()):
        return None
    if not can_draw():
        raise ConfigError(
            "explain.picture is yes, for which matplotlib is missing; install it (pip install 'sereno[explain]'), or "
            "set explain.picture to auto"
        )
    return draw


def _key(path: Path) -> str:
    try:
        key = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"explain.key_file: {path} cannot be read: {error}") from None
    if not key or not key.isascii() or not key.isprintable():
        raise ConfigError(f"explain.key_file: {path} holds no key; expected one line of visible ASCII characters")
    return key


def _own_gateway(settings: Settings) -> str:
    scheme = "https" if settings.gateway.tls_cert else "http"
    return f"{scheme}://{reachable(settings.gateway.listen)}"


def _authority(ca_file: Path | None) -> SSLContext | None:
    """Trust in these certificates beside the system's."""
    if ca_file is None:
        return None
    context = create_default_context()
    try:
        context.load_verify_locations(ca_file)
    except (SSLError, OSError) as error:
        raise ConfigError(f"explain.ca_file: {ca_file} cannot be read: {error}; expected certificates in PEM") from None
    return context


def _own_certificate(settings: Settings) -> SSLContext | None:
    """Trust in our own gateway's certificate, whatever name it is for: it is reached by its address."""
    if settings.gateway.tls_cert is None:
        return None
    try:
        context = create_default_context(cafile=settings.gateway.tls_cert)
    except (SSLError, OSError) as error:
        raise ConfigError(f"gateway.tls_cert: {settings.gateway.tls_cert} cannot be read: {error}") from None
    context.check_hostname = False
    return context
