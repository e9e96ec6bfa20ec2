"""Secrets are made once, fit each other, and have no default."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec
import pytest

from sereno.cli import main
from sereno.stack.secrets import FILES, KEYS, SERENO_KEYS, secrets
from sereno.store.keyfile import read_keys
from sereno.trust.keys import find


def made(folder: Path) -> dict[str, str]:
    assert main(["stack", "secrets", "-o", str(folder)]) == 0
    place = folder / "stack" / "secrets"
    return {str(path.relative_to(place)): path.read_text() for path in place.rglob("*") if path.is_file()}


def test_keys_open_what_they_should_as_sereno_reads_them(tmp_path: Path) -> None:
    found = made(tmp_path)
    (tmp_path / "keys.json").write_text(found[KEYS])
    keys = read_keys(tmp_path)
    assert len(keys) == len(SERENO_KEYS)
    for file, (name, scopes) in SERENO_KEYS.items():
        key = find(found[file], keys)
        assert key is not None
        assert (key.name, key.scopes) == (name, scopes)
        assert found[file] not in found[KEYS]


def test_what_is_there_stays(tmp_path: Path) -> None:
    before = made(tmp_path)
    (tmp_path / "stack/secrets/postgres_password").unlink()
    after = made(tmp_path)
    assert set(after) == set(FILES)
    assert after.pop("postgres_password") != before.pop("postgres_password")
    assert after == before


def test_two_stacks_share_nothing(tmp_path: Path) -> None:
    first, second = made(tmp_path / "a"), made(tmp_path / "b")
    assert not {value for value in first.values() if value in set(second.values())}
    assert all(len(value) >= 32 for value in first.values())


def test_only_the_owner_may_enter_and_containers_may_read(tmp_path: Path) -> None:
    made(tmp_path)
    place = tmp_path / "stack/secrets"
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE((place / "alertmanager").stat().st_mode) == 0o755
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.rglob("*") if path.is_file()} == {0o444}


def test_a_key_that_went_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(tmp_path)
    (tmp_path / "stack/secrets/sereno_agent").unlink()
    assert main(["stack", "secrets", "-o", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "sereno_agent is missing beside" in told
    assert "remove the latter to make all anew" in told


def test_passwords_are_192_random_bits() -> None:
    sizes: list[int] = []

    def random(size: int) -> bytes:
        sizes.append(size)
        return bytes(range(size))

    out = secrets((), random, 1.0)
    assert min(sizes) * 8 >= 192
    assert [key["created_at"] for key in msgspec.json.decode(out[KEYS])] == [1.0] * len(SERENO_KEYS)
