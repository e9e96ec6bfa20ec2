"""What an approved trigger does: it starts a program or posts to an address, and its outcome is kept.

The program is started without a shell, with the trigger as JSON on its standard input, in a process group of its own
that ends with its time. If its last line of output (or the address's answer) is a JSON object with `training_job_id`,
that is kept too: an adapter imported with `--job` of that id came of this trigger.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event as Stop
from time import monotonic
from typing import Any, NamedTuple

import httpx
import msgspec

from sereno.query.times import rfc3339
from sereno.store.ledger import Ledger, finetuning_triggers
from sereno.store.ledger.finetuning_triggers import Trigger

LONGEST = 2_000
"""Characters of an outcome that are kept."""
MOST_OUTPUT = 64 * 1024
WEBHOOK_SECONDS = 60.0
GRACE_SECONDS = 60.0
"""How long after its time a running trigger counts as lost with its keeper."""
NOTHING = "Nothing is set to be called: drift.trigger_command and drift.trigger_url are empty."


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """What is called; `timeout` in seconds."""

    url: str | None = None
    token_file: Path | None = None
    command: tuple[str, ...] = ()
    timeout: float = 3600.0


class Outcome(NamedTuple):
    """How it went.

    Attributes:
        ok: whether it succeeded. text: what it said. job: id of the training that it began, None if it named none.
    """

    ok: bool
    text: str
    job: str | None = None


def act(ledger: Ledger, action: Action, clock: Callable[[], float], stop: Stop | None = None) -> None:
    """Call for every approved trigger, the oldest first, each once.

    Raises:
        StoreError: the ledger does not answer.
    """
    _lost(ledger, action, clock())
    with ledger.read() as connection:
        waiting = finetuning_triggers.triggers(connection, status="approved")
    for one in reversed(waiting):
        if stop is not None and stop.is_set():
            return
        with ledger.write() as connection:
            mine = finetuning_triggers.move(connection, one.id, "approved", "running", started_at=clock())
        if not mine:
            continue
        done = run(action, one, stop)
        with ledger.write() as connection:
            finetuning_triggers.move(
                connection, one.id, "running", "succeeded" if done.ok else "failed",
                finished_at=clock(), outcome=done.text[-LONGEST:], training_job_id=done.job,
            )  # fmt: skip


def run(action: Action, one: Trigger, stop: Stop | None = None) -> Outcome:
    """Call for one trigger: the program where one is set, else the address."""
    told = json.dumps(document(one)).encode()
    if action.command:
        return _program(action.command, told, action.timeout, stop)
    if action.url is not None:
        return _address(action, told)
    return Outcome(ok=True, text=NOTHING)


def document(one: Trigger) -> dict[str, Any]:
    """A trigger as it is told to who trains."""
    return {
        "trigger_id": one.id, "trigger_type": one.trigger_type, "severity": one.severity, "reason": one.reason,
        "model": one.model or None, "timestamp": rfc3339(one.timestamp), "approved_by": one.decided_by, **one.payload,
    }  # fmt: skip


def _lost(ledger: Ledger, action: Action, now: float) -> None:
    """Give up triggers whose keeper ended while they ran."""
    with ledger.read() as connection:
        running = finetuning_triggers.triggers(connection, status="running")
    for one in running:
        if now - (one.started_at or 0.0) > action.timeout + GRACE_SECONDS:
            with ledger.write() as connection:
                finetuning_triggers.move(
                    connection, one.id, "running", "failed", finished_at=now,
                    outcome="The keeper ended before the outcome was known.",
                )  # fmt: skip


def _program(command: tuple[str, ...], told: bytes, timeout: float, stop: Stop | None) -> Outcome:
    with TemporaryFile() as given, TemporaryFile() as said:
        given.write(told)
        given.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603  the operator's own program, no shell
                list(command), stdin=given, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
            )
        except OSError as error:
            return Outcome(ok=False, text=f"{command[0]} cannot be started: {error.strerror}")
        ended = _wait(process, timeout, stop)
        size = said.seek(0, os.SEEK_END)
        said.seek(max(0, size - MOST_OUTPUT))
        text = said.read().decode("utf-8", "replace").strip()
    if not ended:
        return Outcome(ok=False, text=f"{text}\nEnded after {timeout:g} s, or with the keeper.".strip())
    if process.returncode:
        return Outcome(ok=False, text=f"{text}\nIt ended with {process.returncode}.".strip())
    return Outcome(ok=True, text=text, job=_job(text.rpartition("\n")[2]))


def _wait(process: subprocess.Popen[bytes], timeout: float, stop: Stop | None) -> bool:
    """Whether it ended by itself in time; otherwise it is ended, with all that it started."""
    until = monotonic() + timeout
    while (left := until - monotonic()) > 0 and not (stop is not None and stop.is_set()):
        try:
            process.wait(min(left, 0.2))
        except subprocess.TimeoutExpired:
            continue
        return True
    for kind in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, kind)
            process.wait(5.0)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
    return False


def _address(action: Action, told: bytes) -> Outcome:
    headers, seconds = {"content-type": "application/json"}, min(action.timeout, WEBHOOK_SECONDS)
    try:
        if action.token_file is not None:
            headers["authorization"] = "Bearer " + action.token_file.read_text("utf-8").strip()
        with (
            # No redirects: they would carry the token to wherever they point.
            httpx.Client(timeout=seconds, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", action.url or "", content=told, headers=headers) as response,
        ):
            body = b""
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MOST_OUTPUT:
                    break
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeDecodeError) as error:
        return Outcome(ok=False, text=f"{type(error).__name__}: {error}")
    text = body[:MOST_OUTPUT].decode("utf-8", "replace").strip()
    if not response.is_success:
        return Outcome(ok=False, text=f"HTTP {response.status_code}. {text}".strip())
    return Outcome(ok=True, text=text, job=_job(text))


def _job(text: str) -> str | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    job = found.get("training_job_id") if isinstance(found, dict) else None
    return str(job)[:200] if isinstance(job, str | int) else None
