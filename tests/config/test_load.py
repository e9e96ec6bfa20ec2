"""Four sources, one record: who wins, where a value came from, what a mistake is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sereno.config import SETTINGS, Loaded, Secret, Setting, load
from sereno.config.kinds import Address
from sereno.config.load import all_names
from sereno.errors import ConfigError

ANOTHER: dict[str, str] = {
    "true or false": "", "address": "127.0.0.1:1234", "URL": "http://other.example.org:1", "text": "/elsewhere",
    "whole number": "7", "number": "0.7", "size": "128MiB", "duration": "17s", "path": "/elsewhere",
    "list of texts": "a,b", "list of paths": "/elsewhere/a,/elsewhere/b",
}  # fmt: skip
"""A right value of each kind that is nobody's default."""

LONG = {"drift.window": "17h", "alerting.explain_range": "17h"}
"""Durations that are never as short as seconds."""


def another(row: Setting) -> str:
    kind = row.kind.name.removesuffix(" or off")
    if "`" in kind:
        return next(word for word in kind.replace("`", "").split(" \\| ") if word != row.default)
    if kind == "true or false":
        return "false" if row.default else "true"
    return LONG.get(row.name, ANOTHER[kind])


PLAIN = [row for row in SETTINGS if not row.secret and ".NAME." not in row.name]
# Settings that are only right in pairs.
PARTNER = {
    "gateway.tls_cert": ("gateway.tls_key", "/key.pem"),
    "gateway.tls_key": ("gateway.tls_cert", "/cert.pem"),
    "gateway.capture_max_bytes": ("gateway.capture_in_flight_bytes", "1GiB"),
}


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Loaded]:
    def read(toml: str = "", environ: dict[str, str] | None = None, *options: tuple[str, str]) -> Loaded:
        (tmp_path / "sereno.toml").write_text(toml)
        return load(environ=environ or {}, cwd=tmp_path, home=tmp_path / "home", options=options)

    return read


def toml_of(pairs: dict[str, str]) -> str:
    return "".join(f'{name} = "{value}"\n' for name, value in pairs.items())


@pytest.mark.parametrize("row", PLAIN, ids=lambda row: row.name)
def test_each_setting_comes_from_each_source(row: Setting, read: Callable[..., Loaded], tmp_path: Path) -> None:
    text = another(row)
    expected = row.kind.read(text, tmp_path)
    partner = dict([PARTNER[row.name]]) if row.name in PARTNER else {}
    rest = [("--set", f"{name}={value}") for name, value in partner.items()]

    default = read()
    assert default.value(row.name) != expected
    assert row.name not in default.origins

    from_file = read(toml_of({**partner, row.name: text}))
    assert from_file.value(row.name) == expected
    assert from_file.origins[row.name] == f"{tmp_path / 'sereno.toml'}:{len(partner) + 1}"

    from_environment = read("", {row.variable: text}, *rest)
    assert from_environment.value(row.name) == expected
    assert from_environment.origins[row.name] == row.variable

    from_set = read("", {}, ("--set", f"{row.name}={text}"), *rest)
    assert from_set.value(row.name) == expected
    if row.option:
        assert read("", {}, (row.option, text), *rest).value(row.name) == expected


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    given_in=st.lists(st.sampled_from(["file", "environment", "option"]), unique=True),
    seconds=st.permutations([11, 22, 33]),
)
def test_the_later_source_wins(given_in: list[str], seconds: list[int], read: Callable[..., Loaded]) -> None:
    values = dict(zip(["file", "environment", "option"], seconds, strict=True))
    loaded = read(
        f"[gateway]\nidle_timeout = {values['file']}\n" if "file" in given_in else "",
        {"SERENO_GATEWAY_IDLE_TIMEOUT": f"{values['environment']}s"} if "environment" in given_in else {},
        *([("--set", f"gateway.idle_timeout={values['option']}s")] if "option" in given_in else []),
    )
    winner = next((source for source in ("option", "environment", "file") if source in given_in), None)
    assert loaded.settings.gateway.idle_timeout == (120.0 if winner is None else values[winner])


def test_the_last_of_two_equal_options_wins(read: Callable[..., Loaded]) -> None:
    loaded = read("", {}, ("--workers", "2"), ("--workers", "3"))
    assert loaded.settings.gateway.workers == 3


MISTAKES: list[tuple[str, dict[str, str], list[tuple[str, str]], list[str]]] = [
    ("[gateway]\nlisen = 'x:1'\n", {}, [], ["sereno.toml:2", "gateway.lisen is no setting", "gateway.listen"]),
    ("[gatewy]\nlisten = 'x:1'\n", {}, [], ["gatewy is no setting"]),
    ("idle_timeout = 3\n", {}, [], ["idle_timeout is no setting", "gateway.idle_timeout"]),
    ("gateway = 3\n", {}, [], ["gateway is no setting"]),
    ("[gateway]\n\nworkers = 'many'\n", {}, [], ["sereno.toml:3", "gateway.workers is 'many'", "from 1 to 64"]),
    ("[gateway]\nworkers = true\n", {}, [], ["gateway.workers is true"]),
    ("gateway.workers = 0\n", {}, [], ["sereno.toml:1", "out of range"]),
    ("[upstreams.gpu]\nurl = 'gpu:1'\n", {}, [], ["upstreams.gpu.url", "http://127.0.0.1:11435"]),
    ("[upstreams.gpu]\nurl = 'http://gpu:1/v1'\n", {}, [], ["upstreams.gpu.url", "it has a path"]),
    ("[upstreams.gpu]\nmodels = ['a']\n", {}, [], ["'gpu' has no address", "upstreams.gpu.url"]),
    ("[upstreams.GPU]\nurl = 'http://gpu:1'\n", {}, [], ["'GPU' is no name for a model server", "lower-case"]),
    ("[upstreams.gpu]\nurll = 'http://gpu:1'\n", {}, [], ["upstreams.gpu.urll", "did you mean upstreams.gpu.url?"]),
    ("upstreams = 'http://gpu:1'\n", {}, [], ["upstreams is no setting"]),
    ("", {"SERENO_GATWAY_LISTEN": "x:1"}, [], ["SERENO_GATWAY_LISTEN", "did you mean SERENO_GATEWAY_LISTEN?"]),
    ("", {"SERENO_GATEWAY_LISTEN": "x"}, [], ["SERENO_GATEWAY_LISTEN: gateway.listen is 'x'", "HOST:PORT"]),
    ("", {"SERENO_UPSTREAM": "Bad Name=http://a:1"}, [], ["'Bad Name' is no name"]),
    ("", {"SERENO_UPSTREAM": "http://a:1,http://b:1"}, [], ["twice", "NAME=URL"]),
    ("", {}, [("--set", "gateway.workers")], ["--set gateway.workers", "NAME=VALUE"]),
    ("", {}, [("--set", "gateway.wrokers=2")], ["did you mean gateway.workers?"]),
    ("", {}, [("--listen", "::1:80")], ["--listen: gateway.listen", "brackets"]),
    ("", {}, [("--upstream", "http://a:1"), ("--upstream", "http://b:1")], ["'default' twice"]),
    ("", {}, [("--set", "client.key=sk")], ["client.key is a secret", "client.key_file", "SERENO_CLIENT_KEY"]),
    ("", {"SERENO_CLIENT_KEY_FILE": "/does/not/exist"}, [], ["client.key_file names /does/not/exist"]),
    ("", {}, [("--set", "gateway.tls_cert=c.pem")], ["gateway.tls_key", "both"]),
    ("", {}, [("--listen", "127.0.0.1:8004")], ["gateway.listen and keeper.listen are both 127.0.0.1:8004"]),
    ("", {}, [("--upstream", "http://localhost:11434")], ["round in circles"]),
    ("", {}, [("--set", "journal.max_bytes=64MiB")], ["journal.max_bytes is 64MiB", "two journal files"]),
    ("[upstreams.a]\nurl = 'http://a:1'\nmodels = ['x*']\n", {}, [], ["each of the model servers a has models"]),
    ("", {}, [("--upstream", "a=http://a:1"), ("--upstream", "sereno=http://b:1")], ["/sereno, which is Sereno's own"]),
    ("[gateway\n", {}, [], ["is not a TOML file"]),
]  # fmt: skip


@pytest.mark.parametrize(("toml", "environ", "options", "told"), MISTAKES)
def test_a_mistake_names_setting_place_and_what_was_expected(
    toml: str, environ: dict[str, str], options: list[tuple[str, str]], told: list[str], read: Callable[..., Loaded]
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(toml, environ, *options)
    for words in told:
        assert words in str(caught.value)


def test_every_mistake_is_told_at_once(read: Callable[..., Loaded]) -> None:
    with pytest.raises(ConfigError) as caught:
        read("a = 1\n", {"SERENO_B": "1"}, ("--workers", "0"))
    assert len(str(caught.value).splitlines()) == 3


def test_foreign_variables_are_left_alone(read: Callable[..., Loaded]) -> None:
    assert not read("", {"PATH": "/bin", "OLLAMA_HOST": "x", "SERENO_DEBUG": "1"}).origins


def test_without_any_source_the_default_model_server_is_used(read: Callable[..., Loaded], tmp_path: Path) -> None:
    settings = read().settings
    assert [(u.name, u.url) for u in settings.upstreams] == [("default", "http://127.0.0.1:11435")]
    assert settings.gateway.listen == Address("127.0.0.1", 11434)
    assert settings.data == tmp_path / "home/.local/share/sereno"


def test_named_model_servers_replace_those_of_earlier_sources_and_keep_their_settings(
    read: Callable[..., Loaded],
) -> None:
    toml = """
        [upstreams.main]
        url = "http://main:1"
        [upstreams.gpu]
        url = "http://gpu:1"
        models = ["qwen*"]
        verify = false
    """
    both = read(toml)
    assert [u.name for u in both.settings.upstreams] == ["main", "gpu"]
    moved = read(toml, {}, ("--upstream", "main=http://main:2"), ("--upstream", "gpu=http://gpu:2"))
    assert [(u.url, u.models, u.verify) for u in moved.settings.upstreams] == [
        ("http://main:2", (), True),
        ("http://gpu:2", ("qwen*",), False),
    ]
    one = read(toml, {"SERENO_UPSTREAM": "http://other:1"})
    assert [(u.name, u.url) for u in one.settings.upstreams] == [("default", "http://other:1")]
    one = read(toml, {"SERENO_UPSTREAM": "http://other:1"}, ("--upstream", "main=http://main:3"))
    assert [(u.name, u.url) for u in one.settings.upstreams] == [("main", "http://main:3")]


def test_further_model_servers_are_reached_under_their_name(read: Callable[..., Loaded]) -> None:
    options = [("--upstream", f"{name}=http://{name}:1") for name in ("ollama", "vllm", "gpu")]
    loaded = read("upstreams.gpu.models = ['qwen*']\n", {}, *options)
    assert [(u.name, u.path_prefix, u.strip_prefix) for u in loaded.settings.upstreams] == [
        ("gpu", "", True),
        ("ollama", "", True),
        ("vllm", "/vllm", True),
    ]


def test_a_variable_reaches_one_field_of_one_model_server(read: Callable[..., Loaded]) -> None:
    environ = {
        "SERENO_UPSTREAM": "http://main:1,gpu_box=http://gpu:1",
        "SERENO_UPSTREAMS_GPU_BOX_PATH_PREFIX": "/gpu",
        "SERENO_UPSTREAMS_GPU_BOX_STRIP_PREFIX": "no",
    }
    gpu = read("", environ).settings.upstreams[1]
    assert (gpu.name, gpu.path_prefix, gpu.strip_prefix) == ("gpu_box", "/gpu", False)


def test_a_secret_comes_from_a_file_or_a_variable(read: Callable[..., Loaded], tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-sereno-abc\n")
    from_file = read("[client]\nkey_file = 'key'\n")
    assert from_file.settings.client.key == Secret("sk-sereno-abc")
    assert from_file.origins["client.key"].endswith("sereno.toml:2")
    assert read("[client]\nkey_file = 'key'\n", {"SERENO_CLIENT_KEY": "x"}).settings.client.key == Secret("x")
    assert (
        read("[client]\nkey = 'y'\n", {"SERENO_CLIENT_KEY_FILE": "key"}).settings.client.key.reveal() == "sk-sereno-abc"
    )
    assert read("", {}, ("--set", "client.key_file=key")).settings.client.key.reveal() == "sk-sereno-abc"


def test_relative_paths_start_at_the_file_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/s.toml").write_text("data = 'd'\n[log]\nfile = 'l'\n")
    loaded = load(
        environ={"SERENO_LOG_FILE": "m", "SERENO_CONFIG": "etc/s.toml"}, cwd=tmp_path, home=tmp_path, options=()
    )
    assert loaded.settings.data == tmp_path / "etc/d"
    assert loaded.settings.log.file == tmp_path / "m"


def test_which_file_rules(tmp_path: Path) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    (home / ".config/sereno").mkdir(parents=True)
    work.mkdir()
    (home / ".config/sereno/sereno.toml").write_text("gateway.workers = 2")
    (tmp_path / "named.toml").write_text("gateway.workers = 4")

    def workers(**more: Any) -> int:
        return load(**{"environ": {}, "cwd": work, "home": home, **more}).settings.gateway.workers

    assert workers() == 2
    (work / "sereno.toml").write_text("gateway.workers = 3")
    assert workers() == 3
    assert workers(environ={"SERENO_CONFIG": str(tmp_path / "named.toml")}) == 4
    assert workers(config="../named.toml", environ={"SERENO_CONFIG": "nonsense"}) == 4
    with pytest.raises(ConfigError, match=r"--config names .*nowhere\.toml, which is not a file"):
        workers(config="nowhere.toml")
    with pytest.raises(ConfigError, match="SERENO_CONFIG names"):
        workers(environ={"SERENO_CONFIG": "nowhere.toml"})


def test_the_record_is_frozen_and_every_name_has_a_value(read: Callable[..., Loaded]) -> None:
    loaded = read()
    with pytest.raises(AttributeError):
        loaded.settings.gateway.workers = 5  # type: ignore[misc]  # what the test is about
    for name in all_names(loaded):
        loaded.value(name)
    with pytest.raises(KeyError):
        loaded.value("gateway.nothing")
    with pytest.raises(KeyError):
        loaded.value("upstreams.nobody.url")
    assert isinstance(loaded.settings, msgspec.Struct)
