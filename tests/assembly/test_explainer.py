"""Settings to an explainer: pictures, who sees, certificates, prompts; and what is wrong with them, by name."""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
from pathlib import Path

import certifi  # any real bundle will do; httpx brings this one
import pytest
from msgspec.structs import replace

from sereno.assembly import explainer as assembled
from sereno.assembly.explainer import chat_options, explainer_of, prompts_of
from sereno.config.sections.explain import Explain
from sereno.config.table import Settings
from sereno.errors import ConfigError, ModelError
from sereno.explain.narrate.prompt import Prompt
from sereno.models.chat import ChatClient

ELSEWHERE = Explain(url="https://models.example:8443")


def settings(folder: Path, explain: Explain) -> Settings:
    return replace(Settings(), data=folder, explain=explain)


def test_pictures_without_matplotlib_are_refused_only_if_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembled, "can_draw", lambda: False)
    for picture in ("auto", "no"):
        explainer_of(settings(tmp_path, Explain(picture=picture)), lambda: 0.0)
    with pytest.raises(ConfigError, match=r"explain.picture is yes.*pip install 'sereno\[explain\]'"):
        explainer_of(settings(tmp_path, Explain(picture="yes")), lambda: 0.0)


@pytest.mark.parametrize(("vision", "expected"), [("yes", True), ("no", False), ("auto", None)])
def test_who_sees_may_be_settled(tmp_path: Path, vision: str, expected: bool | None) -> None:
    assert chat_options(settings(tmp_path, replace(ELSEWHERE, vision=vision))).vision is expected


def test_certificates_of_ones_own(tmp_path: Path) -> None:
    trusted = chat_options(settings(tmp_path, replace(ELSEWHERE, ca_file=Path(certifi.where())))).tls
    assert trusted is not None
    assert trusted.check_hostname
    assert chat_options(settings(tmp_path, ELSEWHERE)).tls is None
    (tmp_path / "none.pem").write_text("no certificate")
    for path in (tmp_path / "gone.pem", tmp_path / "none.pem"):
        with pytest.raises(ConfigError, match=r"explain.ca_file: .*expected certificates in PEM"):
            chat_options(settings(tmp_path, replace(ELSEWHERE, ca_file=path)))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody signed but itself, with its key in the same file."""
    folder = tmp_path_factory.mktemp("certificate")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=models.example", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / "both.pem").write_text(cert.read_text() + key.read_text())
    return folder


@pytest.mark.parametrize("trusted", [True, False])
def test_the_handshake_wants_certificates_of_ones_own_or_the_systems(
    tmp_path: Path, certificate: Path, trusted: bool
) -> None:
    identity = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    identity.load_cert_chain(certificate / "both.pem")
    asked = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        told = json.dumps({"message": {"content": "All well."}, "done": True}).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\nconnection: close\r\n\r\n" + told + b"\n"
        )
        await writer.drain()
        writer.close()

    async def go() -> list[object]:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=identity)
        explain = Explain(
            url=f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", api="ollama",
            ca_file=certificate / "cert.pem" if trusted else None,
        )  # fmt: skip
        client = ChatClient(chat_options(settings(tmp_path, explain)))
        try:
            return [piece async for piece in client.stream(Prompt(system="", user="Hm?"), "tiny", 64)]
        finally:
            await client.close()
            server.close()
            await server.wait_closed()

    if trusted:
        assert asyncio.run(go())[0] == "All well."
        return
    with pytest.raises(ModelError, match=r"certificate of https://127\.0\.0\.1:\d+ is not trusted.*explain\.ca_file"):
        asyncio.run(go())
    assert asked == []  # no word of the prompt left


def test_another_server_never_gets_the_mark(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-1\n")
    options = chat_options(settings(tmp_path, replace(ELSEWHERE, key_file=tmp_path / "key")))
    assert (options.marks, options.key) == ((), "sk-1")
    with pytest.raises(ConfigError, match=r"explain.key_file: .*cannot be read"):
        chat_options(settings(tmp_path, replace(ELSEWHERE, key_file=tmp_path / "gone")))


def test_prompts_of_ones_own_replace_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "trends.txt").write_text("{facts} in {language}")
    (tmp_path / "README").write_text("not a prompt")
    assert prompts_of(tmp_path) == {"trends": "{facts} in {language}"}
    assert prompts_of(None) == {}
    (tmp_path / "trends.txt").write_text("{secrets}")
    with pytest.raises(ConfigError, match=r"explain.prompts_dir: trends.txt names \{secrets\}; expected one of"):
        prompts_of(tmp_path)
    with pytest.raises(ConfigError, match=r"explain.prompts_dir: .*cannot be read"):
        prompts_of(tmp_path / "gone")
