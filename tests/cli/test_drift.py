"""`sereno drift` as a person and a program use it: shapes, sentences, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from sereno.cli import main
from sereno.store.sqlite import SqliteStore
from store.made import a_batch, a_call

Run = Callable[..., CompletedProcess[str]]
FEATURE = {"feature", "kind", "psi", "psi_corrected", "js", "kl", "p_value", "severity", "n_reference", "n_current"}


@pytest.fixture
def sereno(home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process: starting Python forty times would take a minute."""
    monkeypatch.chdir(home)
    monkeypatch.setenv("HOME", str(home))
    capfd.readouterr()

    def run(*arguments: str) -> CompletedProcess[str]:
        code = main(arguments)
        return CompletedProcess(arguments, code, *capfd.readouterr())

    return run


def table(n: int, shift: float = 0.0, seed: int = 0) -> pa.Table:
    rng = np.random.default_rng(seed)
    return pa.table(
        {
            "latency": rng.lognormal(shift, 0.5, n),
            "model": rng.choice(["llama3", "qwen"], n),
            "when": pa.array(np.arange(n), pa.timestamp("s")),
        }
    )


@pytest.fixture
def files(home: Path) -> Path:
    pyarrow.csv.write_csv(table(600), home / "before.csv")
    pq.write_table(table(600), home / "before.parquet")
    pyarrow.csv.write_csv(table(400, 0.5, seed=1), home / "now.csv")
    return home


def test_json(sereno: Run, files: Path) -> None:
    done = sereno("drift", "compare", "before.parquet", "now.csv", "--json")
    assert done.returncode == 0
    found: dict[str, Any] = json.loads(done.stdout)
    assert set(found) == {"status", "severity", "features"}
    assert (found["status"], found["severity"]) == ("ok", "critical")
    assert [set(one) for one in found["features"]] == [FEATURE, FEATURE]
    assert [one["feature"] for one in found["features"]] == ["latency", "model"]
    assert found["features"][0]["n_current"] == 400
    assert "when" in done.stderr  # a time always differs: left out, and told


def test_whole_rows(sereno: Run, home: Path) -> None:
    rng = np.random.default_rng(5)
    for name, together in (("a.parquet", 0.95), ("b.parquet", -0.95)):
        x, y = rng.multivariate_normal([0, 0], [[1, together], [together, 1]], 600).T
        pq.write_table(pa.table({"x": x, "y": y}), home / name)
    found = json.loads(sereno("drift", "compare", "a.parquet", "b.parquet", "--multivariate", "--json").stdout)
    assert found["severity"] == "none"  # column by column
    whole = found["multivariate"]
    assert (whole["drift"], whole["n_reference"], whole["n_current"], whole["columns"]) == (True, 300, 500, 2)
    assert [one["test"] for one in whole["tests"]] == ["mmd", "domain_classifier", "pca_reconstruction"]
    done = sereno("drift", "compare", "a.parquet", "b.parquet", "--multivariate", "--html", "r.html")
    assert "\nmmd\t" in done.stdout
    page = (home / "r.html").read_text("utf-8")
    assert "Rows as a whole differ." in page
    few = sereno("drift", "compare", "a.parquet", "b.parquet", "--multivariate", "--column", "x", "--json")
    assert json.loads(few.stdout)["multivariate"] is None


def test_csv_and_parquet_are_the_same(sereno: Run, files: Path) -> None:
    one, other = (
        sereno("drift", "compare", name, "now.csv", "--json").stdout for name in ("before.csv", "before.parquet")
    )
    assert json.loads(one) == json.loads(other)


def test_table_and_exit_code(sereno: Run, files: Path) -> None:
    done = sereno("drift", "compare", "before.csv", "now.csv", "--fail-on", "significant")
    assert done.returncode == 1
    assert done.stdout.splitlines()[1].split("\t")[:3] == ["latency", "numeric", "critical"]
    assert "critical" in done.stderr
    assert sereno("drift", "compare", "before.csv", "before.csv", "--fail-on", "notice").returncode == 0


@pytest.mark.parametrize(("language", "words"), [("en", "Drift report"), ("es", "Informe de deriva")])
def test_report(sereno: Run, files: Path, language: str, words: str) -> None:
    assert (
        sereno("drift", "compare", "before.csv", "now.csv", "--html", "r.html", "--language", language).returncode == 0
    )
    page = (files / "r.html").read_text("utf-8")
    assert f"<h1>{words}</h1>" in page
    assert page.count("<svg viewBox") >= 4
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_hostile_names_are_escaped(sereno: Run, home: Path) -> None:
    bad = "<script>alert(1)</script>"
    for name, word in (("a.csv", "x"), ("b.csv", bad)):
        (home / name).write_text(f"{bad}\n" + f"{word}\n" * 100)
    assert sereno("drift", "compare", "a.csv", "b.csv", "--html", "r.html").returncode == 0
    assert "<script" not in (home / "r.html").read_text("utf-8")


def test_watch(sereno: Run, files: Path) -> None:
    done = sereno("drift", "watch", "before.csv", "now.csv", "--chunk-size", "150", "--json")
    chunks = json.loads(done.stdout)["chunks"]
    assert [(c["chunk"], c["start"], c["end"]) for c in chunks] == [(0, 0, 150), (1, 150, 300), (2, 300, 400)]
    assert {c["severity"] for c in chunks} <= {"significant", "critical"}


def test_performance(sereno: Run, home: Path) -> None:
    rng = np.random.default_rng(2)

    def scored(n: int, mean: float) -> pa.Table:
        truth = 1 / (1 + np.exp(-2 * rng.normal(mean, 1, n)))
        return pa.table(
            {"score": truth**2, "pred": (truth > 0.5).astype(int), "y": (rng.random(n) < truth).astype(int)}
        )

    pq.write_table(scored(6000, 0), home / "before.parquet")
    pq.write_table(pa.concat_tables([scored(3000, 0), scored(3000, -1)]), home / "now.parquet")
    done = sereno(
        "drift", "performance", "before.parquet", "now.parquet",
        "--score", "score", "--prediction", "pred", "--label", "y", "--chunk-size", "3000", "--json",
    )  # fmt: skip
    chunks = json.loads(done.stdout)["chunks"]
    assert [chunk["chunk"] for chunk in chunks] == [0, 1]
    for chunk in chunks:  # estimates know no label, and are right within sampling error
        for name in ("roc_auc", "accuracy", "f1"):
            assert chunk[f"{name}_estimated"] == pytest.approx(chunk[f"{name}_realised"], abs=0.035)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Empty CSV file"),
        (b"a,b\n1,2\n3\n", "Expected 2 columns, got 1"),
        (b"a,a\n1,2\n", "more than one column 'a'"),
        (b"\xff\xfe\x00a\n1\n", "no sound CSV file"),
        (b"other\n1\n", "no column in common"),
    ],
)
def test_a_bad_file_gets_a_sentence(sereno: Run, files: Path, content: bytes, sentence: str) -> None:
    (files / "bad.csv").write_bytes(content)
    done = sereno("drift", "compare", "before.csv", "bad.csv")
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("compare", "nope.csv", "before.csv"), "nope.csv does not exist"),
        (("compare", "before.csv", "7d..14d"), "ends before it begins"),
        (("compare", "before.csv", "soon..now"), "is no time range"),
        (("compare", "before.csv", "now.csv", "--column", "nope"), "has no column 'nope'"),
        (("performance", "before.csv", "now.csv", "--score", "latency", "--label", "model"), "no numbers"),
        (("performance", "before.csv", "now.csv", "--score", "nope"), "no column 'nope'"),
    ],
)
def test_a_wrong_question_gets_a_sentence(sereno: Run, files: Path, arguments: tuple[str, ...], sentence: str) -> None:
    done = sereno("drift", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr


def test_two_rows(sereno: Run, home: Path) -> None:
    (home / "two.csv").write_text("a;b\n1;x\n2;y\n")
    found = json.loads(sereno("drift", "compare", "two.csv", "two.csv", "--json").stdout)
    assert found["status"] == found["severity"] == "insufficient_data"
    assert {one["psi"] for one in found["features"]} == {None}


def test_types_that_change_late_in_a_file(sereno: Run, home: Path) -> None:
    """Arrow takes types from the first block; a word 2 MB later must not end the command."""
    (home / "late.csv").write_text("v,w\n" + "".join(f"{n},{n}\n" for n in range(200_000)) + "abc,1.5\n,nan\ninf,inf\n")
    done = sereno("drift", "compare", "late.csv", "late.csv", "--json")
    assert [one["kind"] for one in json.loads(done.stdout)["features"]] == ["numeric", "numeric"]


def test_labels_written_two_ways_do_not_drift(sereno: Run, home: Path) -> None:
    for name, labels in (("a.csv", ("1", "0", "x")), ("b.csv", ("1.0", "0.0", "x"))):
        (home / name).write_text("label\n" + "".join(f"{label}\n" for label in labels) * 100)
    found = json.loads(sereno("drift", "compare", "a.csv", "b.csv", "--json").stdout)
    assert found["severity"] == "none"
    assert found["features"][0]["psi"] == pytest.approx(0, abs=1e-9)


def test_time_ranges_of_the_record(sereno: Run, home: Path) -> None:
    data = home / "data"
    data.mkdir()
    store = SqliteStore(data / "sereno.db")
    rng = np.random.default_rng(4)
    times = [*np.linspace(0, 86_000, 80), *np.linspace(86_500, 172_000, 60)]
    lengths = [*rng.poisson(40, 80), *rng.poisson(90, 60)]
    calls = [
        a_call(n, started_at=float(at), prompt="x" * int(k))
        for n, (at, k) in enumerate(zip(times, lengths, strict=True))
    ]
    store.add(a_batch(calls))
    store.close()
    done = sereno("drift", "compare", "1970-01-01..1970-01-02", "1970-01-02..1970-01-03", "--data", str(data), "--json")
    found = json.loads(done.stdout)
    drifted = [
        (one["feature"], one["n_reference"], one["n_current"]) for one in found["features"] if one["severity"] != "none"
    ]
    assert drifted == [("prompt_characters", 80, 60)]
