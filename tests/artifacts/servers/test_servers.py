"""vLLM, llama.cpp and Ollama: asked as their documents say, and their refusals told with what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from sereno.artifacts.servers.llamacpp import LlamaCpp
from sereno.artifacts.servers.ollama import Ollama
from sereno.artifacts.servers.server import Http
from sereno.artifacts.servers.vllm import Vllm
from sereno.errors import ConfigError, UpstreamError
from sereno.lora.adapter import Adapter, Artifact, File
from sereno.lora.document import AdapterError

PEFT = Adapter(
    version="faq-v2", base_model="llama", rank=8, alpha=16.0, base_digest="sha256:" + "b" * 64,
    artifact=Artifact(location="/adapters/faq", format="peft", digest="d" * 64, parameters=1,
                      files=(File("adapter_config.json", 1, "a" * 64),)),
)  # fmt: skip
GGUF = msgspec.structs.replace(
    PEFT,
    artifact=Artifact(location="/adapters/faq.gguf", format="gguf", digest="d" * 64, parameters=1,
                      files=(File("faq.gguf", 1, "a" * 64),)),
)  # fmt: skip
Answer = Callable[[str, str, Any], tuple[int, Any]]


def http(answer: Answer) -> Http:
    """A model server that answers `(method, path, body)` with a status and a body."""

    def handle(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        status, told = answer(request.method, request.url.path, body)
        return httpx.Response(status, text=told) if isinstance(told, str) else httpx.Response(status, json=told)

    return Http("http://127.0.0.1:9/v1", transport=httpx.MockTransport(handle))


class VllmDouble:
    """As docs.vllm.ai describes it: /v1/models, /v1/load_lora_adapter, /v1/unload_lora_adapter."""

    def __init__(self) -> None:
        self.loaded: dict[str, str] = {}
        self.allowed = True

    def __call__(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if path == "/v1/models":
            base = [{"id": "llama", "object": "model", "root": "llama", "parent": None}]
            return 200, {"data": base + [{"id": n, "root": p, "parent": "llama"} for n, p in self.loaded.items()]}
        if not self.allowed:
            return 404, {"detail": "Not Found"}
        if path == "/v1/load_lora_adapter":
            if body["lora_name"] in self.loaded:
                return 400, {"message": f"The lora adapter '{body['lora_name']}' has already been loaded."}
            self.loaded[body["lora_name"]] = body["lora_path"]
            return 200, f"Success: LoRA adapter '{body['lora_name']}' added successfully."
        if self.loaded.pop(body["lora_name"], None) is None:
            return 404, {"message": f"The lora adapter '{body['lora_name']}' cannot be found."}
        return 200, "Success"


def test_vllm_loads_replaces_and_unloads() -> None:
    double = VllmDouble()
    vllm = Vllm(http(double))
    assert "serves faq-v2 now" in vllm.serve(PEFT, "faq")
    assert double.loaded == {"faq": "/adapters/faq"}
    assert "already" in vllm.serve(PEFT, "faq")
    double.loaded["faq"] = "/adapters/older"
    vllm.serve(PEFT, "faq")
    assert double.loaded == {"faq": "/adapters/faq"}
    vllm.withdraw(PEFT, "faq")
    assert double.loaded == {}
    with pytest.raises(UpstreamError, match=r"cannot be found\.$"):
        vllm.withdraw(PEFT, "faq")


def test_vllm_that_may_not_load_says_how_to_start_it() -> None:
    double = VllmDouble()
    double.allowed = False
    with pytest.raises(UpstreamError, match="VLLM_ALLOW_RUNTIME_LORA_UPDATING"):
        Vllm(http(double)).serve(PEFT, "faq")
    with pytest.raises(AdapterError, match="PEFT folders"):
        Vllm(http(double)).serve(GGUF, "faq")


class LlamaDouble:
    """As llama.cpp's tools/server/README describes /lora-adapters."""

    def __init__(self, *paths: str) -> None:
        self.adapters = [{"id": number, "path": path, "scale": 1.0} for number, path in enumerate(paths)]

    def __call__(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        assert path == "/lora-adapters"
        if method == "POST":
            wanted = {one["id"]: one["scale"] for one in body}
            for adapter in self.adapters:
                adapter["scale"] = wanted.get(adapter["id"], 0.0)
        return 200, [dict(adapter) for adapter in self.adapters]


def test_llama_cpp_turns_one_up_and_the_others_down() -> None:
    double = LlamaDouble("/x/old.gguf", "/mnt/faq.gguf")
    server = LlamaCpp(http(double))
    server.serve(GGUF, "llama")
    assert [one["scale"] for one in double.adapters] == [0.0, 1.0]
    server.withdraw(GGUF, "llama")
    assert [one["scale"] for one in double.adapters] == [0.0, 0.0]


def test_llama_cpp_without_the_file_says_how_to_start_it() -> None:
    with pytest.raises(UpstreamError, match=r"it has old\.gguf\. Start it with --lora-scaled /adapters/faq\.gguf:0"):
        LlamaCpp(http(LlamaDouble("/x/old.gguf"))).serve(GGUF, "llama")
    twice = LlamaDouble("/x/faq.gguf", "/y/faq.gguf")
    with pytest.raises(UpstreamError, match="was not started with"):
        LlamaCpp(http(twice)).serve(GGUF, "llama")
    with pytest.raises(AdapterError, match="convert_lora_to_gguf"):
        LlamaCpp(http(twice)).serve(PEFT, "llama")


def ollama(modelfile: str | None, version: str = "0.34.1") -> Ollama:
    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        if path == "/api/version":
            return 200, {"version": version}
        if modelfile is None:
            return 404, {"error": "model 'faq' not found"}
        return 200, {"modelfile": modelfile}

    return Ollama(http(answer))


FROM = '# Modelfile generated by "ollama show"\nFROM /root/blobs/sha256-' + "b" * 64 + "\n"


def test_ollama_takes_a_model_that_is_there() -> None:
    assert "merged model" in ollama(FROM).serve(GGUF, "faq")
    assert "built with an ADAPTER" in ollama(FROM + "ADAPTER /root/blobs/sha256-" + "a" * 64).serve(GGUF, "faq")
    assert ollama(FROM).base_digest("faq") == "sha256:" + "b" * 64


def test_ollama_with_another_adapter_or_base_is_refused() -> None:
    with pytest.raises(AdapterError, match="another adapter"):
        ollama(FROM + "ADAPTER /root/blobs/sha256-" + "c" * 64).serve(GGUF, "faq")
    other = FROM.replace("b" * 64, "e" * 64)
    with pytest.raises(AdapterError, match="another base model"):
        ollama(other + "ADAPTER /root/blobs/sha256-" + "a" * 64).serve(GGUF, "faq")


@pytest.mark.parametrize(("version", "said"), [("0.24.0", "ADAPTER /adapters/faq"), ("0.34.1", "merge the adapter")])
def test_ollama_without_the_model_says_how_it_can_be_made(version: str, said: str) -> None:
    with pytest.raises(UpstreamError, match=said):
        ollama(None, version).serve(PEFT, "faq")


def test_nobody_there_and_no_address() -> None:
    with pytest.raises(UpstreamError, match="does not answer"):
        Vllm(Http("http://127.0.0.1:1")).serve(PEFT, "faq")
    for wrong in (
        "", "file:///etc/passwd", "127.0.0.1:8000", "http://[::1", "http://host:port", "http://host:99999",
        "http://a b", "http://a\0/", "http://host:0",
    ):  # fmt: skip
        with pytest.raises(ConfigError, match="no address"):
            Http(wrong)


@pytest.mark.parametrize("told", ["<html>", [], {"data": 3}, None])
def test_an_answer_of_another_kind_is_a_sentence(told: Any) -> None:
    for server, adapter in ((Vllm, PEFT), (Ollama, GGUF)):
        with pytest.raises(UpstreamError, match="answers 200"):
            server(http(lambda *_: (200, told))).serve(adapter, "faq")
    with pytest.raises(UpstreamError):
        LlamaCpp(http(lambda *_: (200, told))).serve(GGUF, "faq")
