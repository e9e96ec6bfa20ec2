"""`sereno keys`: secrets are shown once and stored nowhere."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from sereno.cli import main
from sereno.errors import ConfigError
from sereno.store.keyfile import change_keys, keys_path, read_keys
from sereno.trust.keys import Key, find

Shown = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SERENO_DATA", str(tmp_path / "data"))


def test_add_prints_the_secret_alone_on_stdout_and_stores_only_its_hash(tmp_path: Path, capsys: Shown) -> None:
    assert main(["keys", "add", "laptop", "--scope", "read", "--scope", "use", "--requests-per-minute", "60"]) == 0
    shown = capsys.readouterr()
    secret = shown.out.strip()
    assert secret.startswith("sk-sereno-")
    assert secret not in shown.err
    (key,) = read_keys(tmp_path / "data")
    assert find(secret, [key]) is key
    assert (key.name, key.scopes, key.requests_per_minute, key.assert_user) == ("laptop", ("read", "use"), 60, False)
    for file in (tmp_path / "data").rglob("*"):
        assert file.is_dir() or secret.encode() not in file.read_bytes()


def test_the_file_and_its_folder_are_private(tmp_path: Path) -> None:
    main(["keys", "add", "a"])
    assert stat.S_IMODE(keys_path(tmp_path / "data").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_list_and_json(capsys: Shown) -> None:
    main(["keys", "add", "a", "--assert-user"])
    main(["keys", "add", "b", "--json", "--scope", "admin"])
    issued = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert issued["secret"].startswith("sk-sereno-")
    assert main(["keys", "list", "--json"]) == 0
    keys = json.loads(capsys.readouterr().out)
    assert [(key["name"], key["scopes"], key["assert_user"]) for key in keys] == [
        ("a", ["use"], True),
        ("b", ["admin"], False),
    ]
    assert all("hash" not in key and "secret" not in key for key in keys)
    assert main(["keys", "list"]) == 0
    assert [line.split("\t")[1] for line in capsys.readouterr().out.splitlines()] == ["name", "a", "b"]


def test_revoke_by_id_and_by_name(tmp_path: Path, capsys: Shown) -> None:
    for name in ("a", "b", "c"):
        main(["keys", "add", name])
    first = read_keys(tmp_path / "data")[0]
    assert main(["keys", "revoke", first.id]) == 0
    assert main(["keys", "revoke", "c"]) == 0
    assert [key.name for key in read_keys(tmp_path / "data")] == ["b"]
    assert main(["keys", "revoke", "bb"]) == 2
    assert "there is no key bb; did you mean" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["keys", "add", "a", "--scope", "reed"], "reed is no scope; expected use, read, alerts, admin"),
        (["keys", "add", ""], "1 to 100 printable characters"),
        (["keys", "add", "a\x1b[31m"], "1 to 100 printable characters"),
        (["keys", "add", "a", "--requests-per-minute", "0"], "requests-per-minute"),
        (["keys", "revoke", "nobody"], "there is no key nobody; see sereno keys list"),
    ],
)
def test_wrong_arguments(arguments: list[str], told: str, tmp_path: Path, capsys: Shown) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    assert main(arguments) == 2
    assert told in capsys.readouterr().err


def test_a_key_to_revoke_is_missed_where_there_is_no_data_folder_yet(tmp_path: Path, capsys: Shown) -> None:
    assert main(["keys", "revoke", "nobody"]) == 2
    assert "there is no key nobody" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_a_name_is_given_once(capsys: Shown) -> None:
    assert main(["keys", "add", "a"]) == 0
    assert main(["keys", "add", "a"]) == 2
    assert "there is a key called a already" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'[{"id": "x"}]', b"\xff\xfe"])
def test_a_broken_file_is_an_error_never_an_empty_list(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(content)
    with pytest.raises(ConfigError, match=r"keys\.json is not a list of keys"):
        read_keys(tmp_path)


def test_a_change_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    key = Key(id="00000000", name="a", hash="", scopes=("use",))
    change_keys(tmp_path, lambda _: [key])

    def fails(_keys: object) -> list[Key]:
        raise ConfigError("no")

    with pytest.raises(ConfigError):
        change_keys(tmp_path, fails)
    assert read_keys(tmp_path) == (key,)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["keys.json", "keys.lock"]
