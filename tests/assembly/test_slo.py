"""Specs and folders at the edge: all files or none, mistakes in sentences, what is shipped is what is compiled."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from parts.built import built
from sereno.assembly.slo import DEFAULT, compile_to, default_spec, load
from sereno.cli import main
from sereno.conventions import SCRAPE_JOB
from sereno.errors import ConfigError
from sereno.store.sqlite.store import SqliteStore
from store.made import a_batch, a_call

ROOT = Path(__file__).parents[2]
DEPLOYED = ROOT / "deploy" / "slo"


def tree(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_is_deployed_is_what_the_compiler_writes(tmp_path: Path) -> None:
    compile_to(load(()), tmp_path / "slo")
    expected = {**tree(tmp_path / "slo"), DEFAULT: default_spec()}
    assert tree(DEPLOYED) == expected, "run: sereno slo compile -o deploy/slo"


def test_the_shipped_rules_pass_prometheus_and_their_own_tests() -> None:
    rules, tests = sorted(DEPLOYED.glob("prometheus/*.rules.yaml")), sorted(DEPLOYED.glob("prometheus/tests/*.yaml"))
    assert (len(rules), len(tests)) == (8, 4)
    for command in (
        ["check", "rules", "--lint=all", "--lint-fatal", *map(str, rules)],
        ["test", "rules", *map(str, tests)],
    ):
        done = subprocess.run([built("promtool"), *command], capture_output=True, text=True, check=False, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_shipped_objectives_are_those_that_were_asked_for() -> None:
    found = {slo.name: slo for slo in load(())}
    assert {name: str(slo.budget) for name, slo in found.items()} == {
        "availability": "0.005",
        "latency": "0.05",
        "cost-per-request": "0.1",
        "tokens-per-request": "0.2",
    }
    assert all(SCRAPE_JOB in str(slo.asks) for slo in found.values())
    assert {slo.period for slo in found.values()} == {30 * 86400}
    assert (ROOT / found["latency"].alerting.runbook).is_file()


BAD = "version: sereno/v1\nservice: s\nslos: [{name: a, objective: 100, availability: {}}]\n"
GOOD = (
    "version: sereno/v1\nservice: s\n"
    "slos: [{name: a, objective: 99, availability: {metric: llm_requests_total, bad: 'status=\"error\"'}}]\n"
)


def test_a_wrong_spec_writes_nothing_not_even_half(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, out = tmp_path / "good.yaml", tmp_path / "bad.yaml", tmp_path / "out"
    good.write_text(GOOD)
    bad.write_text(BAD)
    assert main(["slo", "compile", str(good), str(bad), "-o", str(out)]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"sereno: {bad}:3: slos[0].objective: 100 leaves no error budget; expected a percentage")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.yaml", "good.yaml"]
    assert main(["slo", "compile", str(good), "-o", str(out)]) == 0
    before = tree(out)
    assert main(["slo", "compile", str(bad), "-o", str(out)]) == 2
    assert tree(out) == before


def test_a_disk_that_refuses_leaves_the_folder_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    compile_to(load(()), out)
    before = tree(out)
    written = Path.write_text
    left = 5

    def full(self: Path, *arguments: str) -> int:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(28, "No space left on device")
        return written(self, *arguments)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        compile_to(load(()), out)
    assert tree(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert sorted(path.name for path in out.iterdir()) == ["grafana", "prometheus"]


def test_files_of_an_earlier_compilation_are_named_and_strangers_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    slos = load(())
    compile_to(slos, out)
    (out / "prometheus" / "mine.rules.yaml").write_text("groups: []\n")
    done = compile_to(slos[:1], out)
    assert len(done.notes) == 9
    assert all("is of an earlier compilation; remove it" in note for note in done.notes)
    assert (out / "prometheus" / "mine.rules.yaml").read_text() == "groups: []\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere.yaml"], "there is no file nowhere.yaml"),
        (["."], ". is a folder; expected a spec file"),
        (["latin.yaml"], "latin.yaml is no UTF-8 text; expected a spec file"),
        (["good.yaml", "-o", "good.yaml"], "good.yaml is no folder; give another one with --output"),
        (["good.yaml", "-o", "a/b/c"], "/a/b; make it first"),
        (["good.yaml", "--metrics", "latin.yaml"], "latin.yaml is no UTF-8 text; expected a metrics file"),
        (["good.yaml", "--metrics", "odd.txt"], "odd.txt: line 1 is '= 5'; expected a line of a /metrics page"),
        (["empty.yaml"], "empty.yaml:1: is empty; expected a spec that begins with version: sereno/v1"),
        (["theirs.yaml"], "theirs.yaml:3: slos[0].availability.metric: there is no metric theirs_total"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    arguments: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(GOOD)
    Path("theirs.yaml").write_text(GOOD.replace("llm_requests_total", "theirs_total"))
    Path("latin.yaml").write_bytes(b"version: \xe9")
    Path("empty.yaml").write_text("# nothing\n")
    Path("odd.txt").write_text("= 5\n")
    assert main(["slo", "compile", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert not Path("slo").exists()


def test_metrics_of_ones_own_may_be_named_or_all_let_pass(tmp_path: Path) -> None:
    spec, page = tmp_path / "theirs.yaml", tmp_path / "page.txt"
    spec.write_text(GOOD.replace("llm_requests_total", "theirs_total"))
    page.write_text('theirs_total{status="error",code="5"} 7\n')
    with pytest.raises(ConfigError, match="theirs_total"):
        load([spec])
    assert len(load([spec], metrics=[page])) == 1
    page.write_text('theirs_total{code="5"} 7\n')
    with pytest.raises(ConfigError, match="theirs_total has no label status"):
        load([spec], metrics=[page])
    assert len(load([spec], allow_unknown=True)) == 1


def test_status_reads_the_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import time

    store = SqliteStore(tmp_path / "sereno.db")
    store.claim_model_slots(["a:latest"])
    now = time.time()
    calls = [
        a_call(number, started_at=now - 600 + number, status="error" if number < 4 else "success", cost_usd=0.03)
        for number in range(100)
    ]
    store.add(a_batch(calls, bodies=False))
    store.close()
    assert main(["slo", "status", "--data", str(tmp_path), "--json"]) == 0
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    availability, cost = found["availability"], found["cost-per-request"]
    assert (availability["events"], availability["attained"], availability["burn_rate"]) == (
        100,
        96.0,
        pytest.approx(8),
    )
    assert availability["budget_left"] == pytest.approx(-7)
    assert (availability["objective"], availability["budget"]) == (99.5, 0.005)
    assert (cost["mean"], cost["at_most"], cost["budget_left"]) == (pytest.approx(0.03), 0.02, pytest.approx(-4))
    assert found["tokens-per-request"]["mean"] == 30
    assert main(["slo", "status", "--data", str(tmp_path)]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert lines[0][:4] == ["objective", "target", "attained", "budget left"]
    assert ["llm-availability", "99.5 % / 30d", "96.000 %", "-700.0 %"] in [line[:4] for line in lines]
    assert {line[-1] for line in lines[1:]} <= {"page", "ticket", "overdrawn", "kept"}
