"""A child's command line gives it the supervisor's settings, whatever its surroundings say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sereno.assembly.gateway import gateway_options
from sereno.assembly.up import Addresses, child_specs, up
from sereno.cli.arguments import read_options
from sereno.cli.gateway_start import NUMBERS, SETTINGS
from sereno.config import SETTINGS as TABLE
from sereno.config import Address, Loaded, load
from sereno.config.load import NO_FILE
from sereno.config.table import BY_NAME
from sereno.conventions import POLICY_FILE
from sereno.journal.instance import prepare_data
from sereno.store.keyfile import change_keys
from sereno.supervisor.spec import PARENT_FD, ChildSpec
from sereno.trust.keys import issue
from sereno.trust.policy import Policy, decode_policy

TOML = """
data = "d"
[gateway]
listen = "127.0.0.1:0"
workers = 3
durability = "strict"
max_body_bytes = "1GiB"
idle_timeout = "1500ms"
answer_timeout = "off"
allowed_hosts = ["a.example.org", "*.b.example.org"]
[upstreams.main]
url = "http://127.0.0.1:9"
[upstreams.gpu]
url = "https://gpu.example.org"
models = ["qwen*", "llama-4*"]
path_prefix = "/gpu"
strip_prefix = false
verify = false
[categories.legal]
title_es = "Legal, en general"
words = ["contract", "terms of service"]
patterns = ['art\\.? ?\\d{1,3}', '[a-z],x']
general = true
[categories.code]
patterns = ['["a"]']
[ui]
language = "es"
[journal]
segment_bytes = "1MiB"
[retention]
calls_days = 7
bodies_days = "off"
[log]
level = "debug"
[client]
key = "sk-sereno-not-for-children"
"""
ADDRESSES = Addresses(Address("127.0.0.1", 4321), Address("::1", 8765))


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    (tmp_path / "sereno.toml").write_text(TOML)
    return load(environ={"SERENO_KEEPER_LISTEN": "[::1]:0"}, cwd=tmp_path, home=tmp_path)


def arguments(spec: ChildSpec, command: str) -> list[tuple[str, str]]:
    at = spec.argv.index(command)
    known = {row.option for row in TABLE if row.option} | {"--config", "--set", *NUMBERS}
    return read_options(spec.argv[at + 1 :], known)


def settings_of(pairs: list[tuple[str, str]], elsewhere: Path) -> Loaded:
    """What the child loads, in a folder whose file is broken."""
    (elsewhere / "sereno.toml").write_text("broken = [")
    rest = [pair for pair in pairs if pair[0] not in NUMBERS and pair[0] != "--config"]
    assert ("--config", NO_FILE) in pairs
    return load(environ={}, cwd=elsewhere, home=elsewhere, options=rest, config=NO_FILE)


def test_children_are_n_workers_and_a_keeper_that_stops_last(loaded: Loaded) -> None:
    specs = child_specs(loaded, 7, ADDRESSES)
    assert [spec.name for spec in specs] == ["gateway 0", "gateway 1", "gateway 2", "keeper"]
    assert [spec.stop_order for spec in specs] == [0, 0, 0, 1]
    assert [spec.pass_fds for spec in specs] == [(7,), (7,), (7,), ()]
    assert all(spec.stop_seconds > loaded.settings.gateway.drain_timeout for spec in specs[:3])
    for number, spec in enumerate(specs[:3]):
        pairs = dict(arguments(spec, "gateway"))
        assert (pairs["--worker"], pairs["--listen-fd"], pairs["--parent-fd"]) == (str(number), "7", PARENT_FD)


def test_a_gateway_gets_the_same_options(loaded: Loaded, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    child = settings_of(arguments(child_specs(loaded, 7, ADDRESSES)[0], "gateway"), other)
    ours = gateway_options(loaded.settings, worker=0, listen_fd=7)
    theirs = gateway_options(child.settings, worker=0, listen_fd=7)
    assert (theirs.host, theirs.port) == ("127.0.0.1", 4321)
    for name in ours.__struct_fields__:
        if name != "port":
            assert getattr(theirs, name) == getattr(ours, name), name


def test_a_keeper_gets_the_same_settings(loaded: Loaded, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    child = settings_of(arguments(child_specs(loaded, 7, ADDRESSES)[-1], "keeper"), other).settings
    assert child.keeper.listen == Address("::1", 8765)
    assert child.gateway.listen == Address("127.0.0.1", 4321)
    for section in ("data", "upstreams", "categories", "journal", "retention", "store", "api", "ui", "log"):
        assert getattr(child, section) == getattr(loaded.settings, section), section


def test_a_gateway_is_not_told_what_only_the_keeper_needs(loaded: Loaded) -> None:
    told = " ".join(child_specs(loaded, 7, ADDRESSES)[0].argv)
    for name in ("categories.", "retention.", "ui.", "client."):
        assert name not in told


def test_a_key_made_before_the_first_start_is_in_force_before_a_gateway_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    prepare_data(data)
    key, _ = issue("laptop", ["use"], random=bytes(range(28)), now=0.0)
    change_keys(data, lambda keys: [*keys, key])
    policies: list[Policy] = []

    def start(*_: object, **__: object) -> int:
        policies.append(decode_policy((data / POLICY_FILE).read_bytes()))
        return 0

    monkeypatch.setattr("sereno.assembly.up.supervise", start)
    options = [("--listen", "127.0.0.1:0"), ("--keeper", "127.0.0.1:0"), ("--data", str(data))]
    options += [("--set", "gateway.require_key=always"), ("--set", "gateway.allowed_hosts=GPU.example.org")]
    assert up(load(environ={}, cwd=tmp_path, home=tmp_path, options=options), lambda _: None) == 0

    assert policies == [Policy(keys=(key,), require_key="always", allowed_hosts=("gpu.example.org",))]


def test_no_secret_is_on_a_command_line(loaded: Loaded) -> None:
    for spec in child_specs(loaded, 7, ADDRESSES):
        assert "not-for-children" not in " ".join(spec.argv)


def test_a_gateway_accepts_every_option_it_is_given(loaded: Loaded) -> None:
    own = {BY_NAME[name].option for name in SETTINGS} | {"--config", "--set", *NUMBERS}
    assert {option for option, _ in arguments(child_specs(loaded, 7, ADDRESSES)[0], "gateway")} <= own


def test_command_lines_read_as_what_they_are(loaded: Loaded) -> None:
    for spec in child_specs(loaded, 7, ADDRESSES):
        words = spec.argv
        name = spec.name.split()[0]
        at = words.index(name)
        assert os.path.basename(words[at - 1]) in {"sereno", "-m"} or words[at - 1] == "sereno"  # noqa: PTH119
