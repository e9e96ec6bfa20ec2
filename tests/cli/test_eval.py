"""`sereno eval` and `sereno feedback` as a person types them, against a model server of a few rules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from sereno.assembly.lora import registry
from sereno.cli import main
from sereno.cli.options import load_settings
from sereno.lora.paired import read_paired
from sereno.store.ledger import Ledger, quality_evals, quality_feedback
from sereno.store.ledger.quality_feedback import Feedback
from sereno.store.ledger.url import sqlite_url

Shown = pytest.CaptureFixture[str]
SET = "items:\n" + "".join(
    f"- {{id: q{n}, prompt: 'What is {n} + 1?', number: {{value: {n + 1}}}}}\n" for n in range(40)
)
JUDGED = "items:\n" + "".join(
    f"- {{id: j{n}, prompt: q, judge: {{criteria: right}}, answer: {'fine' if n % 2 else 'awful'}, "
    f"label: {'good' if n % 2 else 'bad'}}}\n"
    for n in range(40)
)


def better(text: str) -> str:
    """Which of two answers is the sum."""
    wanted = str(int(re.search(r"What is (\d+)", text)[1]) + 1)  # type: ignore[index]
    first, second = (part.strip() for part in re.findall(r"<<<answer [AB]>>>\n(.*?)\n<<<end", text))
    assert first != second, "equal answers need no judge"
    return "A" if first == wanted else "B" if second == wanted else "TIE"


class Model(BaseHTTPRequestHandler):
    """`adder` adds, `weak` adds badly above 20, `judge` grades 5 what says "fine", else 1; `mute` fails.

    Of two answers `referee` prefers the right one, `first` the first one, `undecided` none.
    """

    protocol_version = "HTTP/1.0"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.send_error(404)

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert said["temperature"] == 0
        text, model = said["messages"][-1]["content"], said["model"]
        if model == "unknown":
            self.send_error(404)
            return
        first = int((re.search(r"What is (\d+)", text) or re.search(r"(\d)", "0"))[1])  # type: ignore[index]
        answers = {
            "adder": f"{first + 1}", "weak": f"{first + (1 if first <= 20 else 2)}", "mute": "",
            "judge": "5" if "\nfine\n" in text else "1", "first": "A", "undecided": "I like both.",
            "referee": better(text) if model == "referee" else "",
        }  # fmt: skip
        if said["stream"] is False:  # a judge; it tells probabilities where it is asked for them
            assert (said["logprobs"], said["top_logprobs"]) == (True, 20)
            told = {"choices": [{"message": {"role": "assistant", "content": answers[model]}, "logprobs": None}]}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())
            return
        body = b"".join(
            b"data: " + json.dumps({"choices": [{"delta": {"content": piece}}]}).encode() + b"\n\n"
            for piece in answers[model]
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(body + (b"" if model == "mute" else b"data: [DONE]\n\n"))


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SERENO_DATA", str(tmp_path / "data"))
    (tmp_path / "sums.yaml").write_text(SET)
    (tmp_path / "judged.yaml").write_text(JUDGED)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def said(capsys: Shown, *arguments: str, code: int = 0) -> Any:
    assert main(list(arguments)) == code
    shown = capsys.readouterr()
    return json.loads(shown.out) if "--json" in arguments else shown.out + shown.err


def test_a_run_is_scored_kept_and_compared(capsys: Shown, url: str) -> None:
    good = said(capsys, "eval", "run", "sums.yaml", "--model", "adder", "--url", url, "--json")
    weak = said(capsys, "eval", "run", "sums.yaml", "--model", "weak", "--url", url, "--at-once", "4", "--json")
    assert (good["score"], good["items"], good["failed"]) == (1.0, 40, 0)
    assert weak["score"] == 21 / 40
    listed = said(capsys, "eval", "list", "--json")
    assert [row["model"] for row in listed] == ["weak", "adder"]
    shown = said(capsys, "eval", "show", weak["id"])
    assert "52.5%" in shown
    assert "q39" in shown
    assert "q3\t" not in shown
    found = said(capsys, "eval", "compare", good["id"], weak["id"], "--json")
    assert found["difference"]["difference"] == pytest.approx(-19 / 40)
    assert found["difference"]["p_value"] == pytest.approx(2 * 0.5**19)  # McNemar's exact test: 19 to 0
    assert found["lost"] == sorted(f"q{n}" for n in range(21, 40))
    assert "chance explains badly" in said(capsys, "eval", "compare", good["id"], weak["id"])


def test_a_judge_compares_two_runs_in_both_orders(capsys: Shown, url: str) -> None:
    good = said(capsys, "eval", "run", "sums.yaml", "--model", "adder", "--url", url, "--json")
    said(capsys, "eval", "run", "sums.yaml", "--model", "weak", "--url", url)
    command = ("eval", "pairs", "sums.yaml", good["id"], "weak", "--url", url, "--judge")
    found = said(capsys, *command, "referee", "--json")
    assert (found["a_better"], found["b_better"], found["ties"], found["unread"]) == (19, 0, 21, {})
    assert found["difference"]["difference"] == pytest.approx(-19 / 40)
    assert found["difference"]["p_value"] == pytest.approx(2 * 0.5**19)  # the sign test: 19 to 0
    assert found["difference"]["low"] < -19 / 40 < found["difference"]["high"] < 0
    shown = said(capsys, *command, "referee")
    assert "A  adder: better 19 times" in shown
    assert "chance explains badly" in shown
    gate = read_paired("pairs.json", json.dumps(found).encode())
    assert (len(gate.pairs), gate.eval_digest) == (40, good["set_digest"])
    assert sum(pair.candidate - pair.baseline for pair in gate.pairs) == -19


def test_a_preference_for_a_place_is_a_tie(capsys: Shown, url: str) -> None:
    for model in ("adder", "weak"):
        said(capsys, "eval", "run", "sums.yaml", "--model", model, "--url", url)
    command = ("eval", "pairs", "sums.yaml", "adder", "weak", "--url", url, "--judge")
    found = said(capsys, *command, "first", "--json")
    assert (found["a_better"], found["b_better"], found["ties"], found["by_place"]) == (0, 0, 40, 19)
    assert found["difference"]["p_value"] == 1
    assert "19 of them because it preferred a place" in said(capsys, *command, "first")
    found = said(capsys, *command, "undecided", "--json")
    assert (len(found["items"]), len(found["unread"])) == (21, 19)
    assert "chose neither A nor B" in said(capsys, *command, "undecided")


def test_what_cannot_be_paired_is_a_sentence(capsys: Shown, url: str) -> None:
    run = said(capsys, "eval", "run", "sums.yaml", "--model", "adder", "--url", url, "--json")
    said(capsys, "eval", "run", "sums.yaml", "--model", "mute", "--url", url)
    pairs = ("--judge", "referee", "--url", url)
    assert "sereno eval run sums --model llama asks it" in said(
        capsys, "eval", "pairs", "sums.yaml", run["id"], "llama", *pairs, code=2
    )
    assert "asked other questions" in said(capsys, "eval", "pairs", "judged.yaml", run["id"], "weak", *pairs, code=2)
    assert "answered in both" in said(capsys, "eval", "pairs", "sums.yaml", "adder", "mute", *pairs, code=2)
    unknown = ("--judge", "unknown", "--url", url)
    said(capsys, "eval", "run", "sums.yaml", "--model", "weak", "--url", url)
    assert "has no model 'unknown'" in said(capsys, "eval", "pairs", "sums.yaml", "adder", "weak", *unknown, code=3)


def test_a_threshold_fails_a_pipeline(capsys: Shown, url: str) -> None:
    command = ("eval", "run", "sums.yaml", "--model", "weak", "--url", url, "--fail-under")
    said(capsys, *command, "0.5")
    said(capsys, *command, "0.6", code=1)


def test_a_judge_is_calibrated_and_its_verdicts_corrected(capsys: Shown, url: str) -> None:
    assert "name it with --judge" in said(
        capsys, "eval", "run", "judged.yaml", "--model", "adder", "--url", url, code=2
    )
    found = said(capsys, "eval", "calibrate", "judged.yaml", "--judge", "judge", "--url", url, "--json")
    assert (found["good"], found["bad"], found["kappa"], found["sensitivity"]) == (20, 20, 1.0, 1.0)
    run = said(capsys, "eval", "run", "judged.yaml", "--model", "adder", "--judge", "judge", "--url", url, "--json")
    assert (run["score"], run["corrected"]) == (0.0, 0.0)
    assert run["corrected_high"] > 0


def test_a_model_that_gives_no_grade_is_no_judge(capsys: Shown, url: str, tmp_path: Path) -> None:
    told = said(capsys, "eval", "calibrate", "judged.yaml", "--judge", "undecided", "--url", url, code=2)
    assert "none of 40 replies of undecided held a grade" in told
    kept = Ledger(sqlite_url(tmp_path / "data" / "sereno.db"), read_only=True)
    with closing(kept), kept.read() as connection:
        assert quality_evals.calibrations(connection) == []


def test_answers_that_do_not_come_are_failures_not_zeros(capsys: Shown, url: str) -> None:
    run = said(capsys, "eval", "run", "sums.yaml", "--model", "mute", "--url", url, "--json")
    assert (run["score"], run["failed"]) == (None, 40)
    assert "cut its answer off" in run["results"][0]["error"]


def test_what_cannot_be_asked_is_a_sentence(capsys: Shown, url: str) -> None:
    assert "has no model 'unknown'" in said(
        capsys, "eval", "run", "sums.yaml", "--model", "unknown", "--url", url, code=3
    )
    dead = ("eval", "run", "sums.yaml", "--model", "adder", "--url", "http://127.0.0.1:9")
    assert "nothing answers" in said(capsys, *dead, code=3)
    assert said(capsys, "eval", "list", "--json") == []
    assert "basics-en, basics-es" in said(capsys, "eval", "run", "none.yaml", "--model", "x", code=2)
    assert "no single evaluation" in said(capsys, "eval", "show", "abcdef12", code=2)


@pytest.mark.usefixtures("url")
def test_runs_on_other_questions_are_not_compared(capsys: Shown, url: str) -> None:
    first = said(capsys, "eval", "run", "sums.yaml", "--model", "adder", "--url", url, "--json")
    Path("sums.yaml").write_text(SET.replace("What is 3 +", "What is 3 plus"))
    second = said(capsys, "eval", "run", "sums.yaml", "--model", "adder", "--url", url, "--json")
    assert "different questions" in said(capsys, "eval", "compare", first["id"], second["id"], code=2)


@pytest.mark.usefixtures("url")
def test_feedback_goes_in_and_out_as_csv(capsys: Shown, tmp_path: Path) -> None:
    call = "0192f0a1-b2c3-7def-8123-456789abcdef"
    rows = [
        "at,call,session,model,thumbs,score,label,comment,user",
        f"2026-11-01T10:00:00Z,{call},,a,up,,correct,=SUM(1),ada",
        f"2026-11-01T11:00:00Z,{call},,a,,-0.5,,,bob",
        "2026-11-01T12:00:00Z,,s1,a,,,wrong,,",
    ]
    (tmp_path / "f.csv").write_text("\n".join(rows))
    assert "3 words" in said(capsys, "feedback", "import", "f.csv")
    assert "0 of 3 words are new" in said(capsys, "feedback", "import", "f.csv")
    out = said(capsys, "feedback", "export")
    assert "'=SUM(1)" in out, "a spreadsheet must not run it"
    (tmp_path / "again.csv").write_text(out)
    assert "0 of 3 words are new" in said(capsys, "feedback", "import", "again.csv")
    listed = said(capsys, "feedback", "list", "--json")
    assert [(one["score"], one["label"]) for one in listed] == [(None, "incorrect"), (-0.5, None), (1.0, "correct")]


@pytest.mark.usefixtures("url")
def test_words_whose_call_was_found_go_out_and_come_in_once(capsys: Shown, tmp_path: Path) -> None:
    words = [
        Feedback(at=1763683200.1234567, session="s1", score=-1.0, label="incorrect", user="ada"),
        Feedback(at=1763683201.7654321, trace_id="0af7651916cd43dd8448eb211c80319c", score=1.0, source="agent"),
        Feedback(at=1763683202.5, call_id="0192f0a1-b2c3-7def-8123-456789abcdef", model="b", score=0.5),
    ]
    call = "0192f0a1-b2c3-7def-8123-456789abcd00"
    with registry(load_settings().settings, make=True) as (ledger, _), ledger.write() as connection:
        assert quality_feedback.add(connection, words) == 3
        for number in (1, 2):
            quality_feedback.resolve(connection, number, model="a", call_id=call)
    listed = said(capsys, "feedback", "list", "--json")
    assert [(one["call"], one["session"], one["model"]) for one in listed][1:] == [(call, None, "a"), (call, "s1", "a")]
    (tmp_path / "out.csv").write_text(said(capsys, "feedback", "export"))
    assert "0 of 3 words are new" in said(capsys, "feedback", "import", "out.csv")
    assert "3 words" in said(capsys, "feedback", "import", "out.csv", "--data", "elsewhere")
    again = said(capsys, "feedback", "list", "--data", "elsewhere", "--json")
    assert [one | {"source": "csv"} for one in listed] == again


@pytest.mark.usefixtures("url")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("session,trace_id,score\ns,0af7651916cd43dd8448eb211c80319c,1", "names trace_id and session; expected one of"),
        ("call,session,score\nx,s,1", "f.csv:2: call is 'x'"),
        ("a,b\n1,2", "has the columns a, b"),
        ("call,score\nx,1", "f.csv:2: call is 'x'"),
        ("session,score\ns,2", "f.csv:2: score is 2"),
        ("session,label\ns,maybe", "f.csv:2: label is 'maybe'"),
        ("session,score\ns,", "says nothing"),
        ('session,score\n"s,1', "cannot be read as CSV"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_kept(capsys: Shown, tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "f.csv").write_text(text)
    assert told in said(capsys, "feedback", "import", "f.csv", code=2)
    assert not (tmp_path / "data" / "sereno.db").exists()
