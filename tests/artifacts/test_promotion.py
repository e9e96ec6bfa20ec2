"""The registry at work: imports, promotions, rollbacks; nothing is half done."""

from __future__ import annotations

from pathlib import Path
from threading import Barrier, Thread

import msgspec
import pytest
from sqlalchemy import URL

from lora.made import config, folder
from lora.test_difference import paired
from sereno.artifacts.importing import import_adapter
from sereno.artifacts.lookup import found
from sereno.artifacts.promotion import promote, roll_back
from sereno.lora.document import AdapterError
from sereno.lora.paired import Paired
from sereno.store.ledger import Ledger, lora_figures, lora_registry

NOW = 1_763_700_000.0
DIGEST = "sha256:" + "b" * 64
BASE = config()["base_model_name_or_path"]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))


@pytest.fixture
def two(ledger: Ledger, tmp_path: Path) -> Ledger:
    """v1 and v2 of one base model, neither promoted."""
    for number in (1, 2):
        at = folder(tmp_path / f"v{number}", fill=number)
        import_adapter(ledger, str(at), now=NOW + number, base_digest=DIGEST, actor="ada")
    return ledger


def good(baseline: str, candidate: str) -> Paired:
    return msgspec.structs.replace(
        paired(150, 20, 10, 20), baseline=baseline, candidate=candidate, base_digest=DIGEST, eval_set="faq"
    )


def aliases(ledger: Ledger) -> dict[str, str]:
    with ledger.read() as connection:
        return {str(alias): version for alias, version in lora_registry.aliases(connection, BASE).items()}


def test_an_import_becomes_the_candidate(two: Ledger) -> None:
    assert aliases(two) == {"candidate": "v2"}
    assert found(two, "candidate").version == "v2"
    assert found(two, "v1").training.training_loss == 1.6667


def test_the_same_folder_again_changes_nothing(two: Ledger, tmp_path: Path) -> None:
    again = import_adapter(two, str(tmp_path / "v1"), now=NOW + 99)
    assert again.existing
    assert again.adapter == found(two, "v1")
    assert aliases(two) == {"candidate": "v2"}
    with two.read() as connection:
        assert len(lora_registry.log(connection)) == 2


def test_the_same_bytes_elsewhere_are_the_version_they_were(two: Ledger, tmp_path: Path) -> None:
    copy = folder(tmp_path / "copy", fill=1)
    assert import_adapter(two, str(copy), now=NOW).adapter.version == "v1"
    with pytest.raises(AdapterError, match="version v1 already"):
        import_adapter(two, str(copy), now=NOW, version="v7")


def test_a_version_never_stands_for_other_bytes(two: Ledger, tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match="stands for other files"):
        import_adapter(two, str(folder(tmp_path / "x", fill=9)), now=NOW, version="v1")


def test_the_base_may_be_learnt_by_importing_again(ledger: Ledger, tmp_path: Path) -> None:
    at = str(folder(tmp_path / "v1"))
    assert import_adapter(ledger, at, now=NOW).adapter.base_digest is None
    assert import_adapter(ledger, at, now=NOW, base_digest="B" * 64).adapter.base_digest == DIGEST
    assert found(ledger, "v1").base_digest == DIGEST
    with pytest.raises(AdapterError, match="cannot be changed"):
        import_adapter(ledger, at, now=NOW, base_digest="sha256:" + "e" * 64)


@pytest.mark.parametrize("version", ["../etc", "a b", "", "-x", "v" * 65, "v\n1", "champion", "log"])
def test_a_name_that_is_no_name_is_refused(ledger: Ledger, tmp_path: Path, version: str) -> None:
    at = folder(tmp_path / "v1")
    if version == "":
        assert import_adapter(ledger, str(at), now=NOW, version=version).adapter.version == "v1"
        return
    with pytest.raises(AdapterError, match="no version"):
        import_adapter(ledger, str(at), now=NOW, version=version)


def test_an_adapter_of_no_known_base_needs_one(ledger: Ledger, tmp_path: Path) -> None:
    at = folder(tmp_path / "v1", base_model_name_or_path=None)
    with pytest.raises(AdapterError, match="--base-model"):
        import_adapter(ledger, str(at), now=NOW)
    assert import_adapter(ledger, str(at), now=NOW, base_model="smollm2").adapter.base_model == "smollm2"


def test_the_first_champion_then_the_next_then_back(two: Ledger) -> None:
    first = promote(two, "v1", now=NOW + 10, paired=good("base", "v1"), actor="ada")
    assert first.done
    second = promote(two, "candidate", now=NOW + 20, paired=good("v1", "v2"), actor="ada")
    assert second.done
    assert not second.event.forced
    assert second.event.evidence["difference"]["difference"] == pytest.approx(0.05)
    assert aliases(two) == {"champion": "v2", "previous": "v1"}
    assert found(two, "v2").active
    back = roll_back(two, None, now=NOW + 30, reason="users complain", actor="bob")
    assert (back.version, back.previous_version, back.reason) == ("v1", "v2", "users complain")
    assert aliases(two) == {"champion": "v1"}
    with pytest.raises(AdapterError, match="no previous version"):
        roll_back(two, BASE, now=NOW + 40, reason="again")
    with two.read() as connection:
        actions = [event.action for event in lora_registry.log(connection)]
    assert actions == ["rollback", "promote", "promote", "import", "import"]


def test_a_refusal_changes_nothing_and_is_in_the_log(two: Ledger) -> None:
    refused = promote(two, "v2", now=NOW, actor="ada")
    assert not refused.done
    assert "no paired evaluation" in refused.event.reason
    assert aliases(two) == {"candidate": "v2"}
    with two.read() as connection:
        assert lora_registry.log(connection)[0] == refused.event


def test_changed_bytes_are_refused(two: Ledger, tmp_path: Path) -> None:
    weights = tmp_path / "v2" / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\xff")
    refused = promote(two, "v2", now=NOW, paired=good("base", "v2"))
    assert "not those that were imported" in refused.event.reason
    weights.unlink()
    assert "cannot be read" in promote(two, "v2", now=NOW, paired=good("base", "v2")).event.reason


def test_force_needs_a_reason_and_is_told(two: Ledger) -> None:
    with pytest.raises(AdapterError, match="needs a reason"):
        promote(two, "v2", now=NOW, force="  ")
    forced = promote(two, "v2", now=NOW, force="demo tomorrow", actor="ada")
    assert forced.done
    assert (forced.event.forced, forced.event.reason, forced.event.actor) == (True, "demo tomorrow", "ada")
    assert "no paired evaluation" in forced.event.evidence["overruled"][0]


def test_the_champion_is_not_promoted_again(two: Ledger) -> None:
    promote(two, "v2", now=NOW, force="x")
    with pytest.raises(AdapterError, match="champion already"):
        promote(two, "v2", now=NOW, force="x")


def test_quality_of_both_is_kept(two: Ledger) -> None:
    promote(two, "v1", now=NOW + 1, force="first")
    promote(two, "v2", now=NOW + 2, paired=good("v1", "v2"))
    with two.read() as connection:
        before, after = (lora_figures.figures(connection, version)[0] for version in ("v1", "v2"))
    assert (before.metric, before.value, before.samples) == ("accuracy", 160 / 200, 200)
    assert after.value == 170 / 200
    assert after.details["eval_set"] == "faq"
    assert after.details["low"] < after.value < after.details["high"]


def test_a_rollback_to_files_that_are_gone_is_refused(two: Ledger, tmp_path: Path) -> None:
    promote(two, "v1", now=NOW, force="x")
    promote(two, "v2", now=NOW, force="x")
    (tmp_path / "v1" / "adapter_model.safetensors").unlink()
    with pytest.raises(AdapterError, match="v1 cannot serve again"):
        roll_back(two, None, now=NOW, reason="y")
    assert aliases(two)["champion"] == "v2"


def test_two_imports_of_one_folder_at_once_are_one_version(ledger: Ledger, tmp_path: Path) -> None:
    at = str(folder(tmp_path / "v1"))
    barrier = Barrier(4)
    told: list[bool] = []

    def run() -> None:
        barrier.wait()
        told.append(import_adapter(ledger, at, now=NOW).existing)

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False, True, True, True]


def test_an_unknown_version_names_those_there_are(two: Ledger) -> None:
    with pytest.raises(AdapterError, match="there are: v2, v1"):
        found(two, "v3")
