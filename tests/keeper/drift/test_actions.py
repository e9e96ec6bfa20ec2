"""What an approved trigger calls: a program or an address, once, and what becomes of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import URL

from sereno.drift.triggers import Proposal
from sereno.errors import DriftError
from sereno.keeper.drift.actions import NOTHING, Action, act
from sereno.query.drift import decide, trigger_list
from sereno.query.drift_messages import TriggerMessage
from sereno.store.ledger import Ledger, finetuning_triggers

NOW = 1_763_683_200.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    one = Proposal(type="drift", severity="critical", model="", reason="Calls differ.")
    with ledger.write() as connection:
        finetuning_triggers.add(connection, one, NOW, None, approved=False, payload={"psi": 0.5})
    yield ledger
    ledger.close()


def approved(ledger: Ledger, action: Action) -> TriggerMessage:
    decide(ledger, 1, approve=True, by="ana", note="go on", now=NOW + 1)
    act(ledger, action, lambda: NOW + 2)
    return trigger_list(ledger)[0]


def python(code: str, *more: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code, *more)


def test_a_program_gets_the_trigger_and_names_its_training(ledger: Ledger, tmp_path: Path) -> None:
    code = (
        "import json, sys; open(sys.argv[1], 'w').write(sys.stdin.read()); print('on it'); "
        "print(json.dumps({'training_job_id': 'es-1'}))"
    )
    weird = tmp_path / "a b; touch $(HOME)"  # no shell reads it
    done = approved(ledger, Action(command=python(code, str(weird))))
    assert (done.status, done.training_job_id, done.decided_by, done.note) == ("succeeded", "es-1", "ana", "go on")
    told = json.loads(weird.read_text())
    assert (told["trigger_id"], told["reason"], told["psi"], told["approved_by"]) == (1, "Calls differ.", 0.5, "ana")


def test_nothing_is_called_before_a_person_approves(ledger: Ledger, tmp_path: Path) -> None:
    mark = tmp_path / "called"
    act(ledger, Action(command=python("import sys; open(sys.argv[1], 'w')", str(mark))), lambda: NOW)
    assert not mark.exists()
    assert trigger_list(ledger)[0].status == "pending"
    decide(ledger, 1, approve=False, by="ana", note="no harm", now=NOW)
    act(ledger, Action(command=python("import sys; open(sys.argv[1], 'w')", str(mark))), lambda: NOW)
    assert not mark.exists()
    with pytest.raises(DriftError, match="trigger 1 is rejected already"):
        decide(ledger, 1, approve=True, by="bob", note="", now=NOW)
    with pytest.raises(DriftError, match="there is no trigger 7"):
        decide(ledger, 7, approve=True, by="bob", note="", now=NOW)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (python("print('no memory'); raise SystemExit(3)"), "no memory\nIt ended with 3."),
        (("/nowhere/train.sh",), "/nowhere/train.sh cannot be started: No such file or directory"),
    ],
)
def test_a_program_that_fails_says_so_and_may_be_approved_again(
    ledger: Ledger, command: tuple[str, ...], said: str
) -> None:
    done = approved(ledger, Action(command=command))
    assert (done.status, done.outcome) == ("failed", said)
    assert decide(ledger, 1, approve=True, by="ana", note="", now=NOW).status == "approved"


def test_a_program_that_takes_too_long_is_ended_with_all_it_started(ledger: Ledger) -> None:
    code = "import subprocess, time; subprocess.Popen(['sleep', '600']); time.sleep(600)"
    done = approved(ledger, Action(command=python(code), timeout=3.0))
    assert done.status == "failed"
    assert "Ended after 3 s" in done.outcome


def test_a_trigger_whose_keeper_ended_is_given_up(ledger: Ledger) -> None:
    decide(ledger, 1, approve=True, by="ana", note="", now=NOW)
    with ledger.write() as connection:
        finetuning_triggers.move(connection, 1, "approved", "running", started_at=NOW)
    act(ledger, Action(timeout=100), lambda: NOW + 159)
    assert trigger_list(ledger)[0].status == "running"
    act(ledger, Action(timeout=100), lambda: NOW + 161)
    assert trigger_list(ledger)[0].status == "failed"


def test_where_nothing_is_set_that_is_the_outcome(ledger: Ledger) -> None:
    assert approved(ledger, Action()).outcome == NOTHING


@pytest.mark.parametrize(
    ("code", "status", "job"), [(200, "succeeded", "7"), (302, "failed", None), (500, "failed", None)]
)
def test_an_address_gets_it_as_json_with_its_token(
    ledger: Ledger, tmp_path: Path, code: int, status: str, job: str | None
) -> None:
    got: list[tuple[str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append((self.path, self.headers.get("authorization", ""), body))
            self.send_response(code)
            self.send_header("location", "/elsewhere")
            self.end_headers()
            self.wfile.write(b'{"training_job_id": 7}')

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

    token = tmp_path / "token"
    token.write_text("s3cret\n")
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/train"
        done = approved(ledger, Action(url=url, token_file=token))
        server.shutdown()
    assert (done.status, done.training_job_id) == (status, job)
    ((path, sent, body),) = got
    assert (path, sent, json.loads(body)["trigger_type"]) == ("/train", "Bearer s3cret", "drift")
