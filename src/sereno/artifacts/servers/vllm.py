"""vLLM: adapters loaded and unloaded at run time (docs.vllm.ai, "Dynamically serving LoRA adapters").

It must run with `--enable-lora` and `VLLM_ALLOW_RUNTIME_LORA_UPDATING=True`, and read the adapter's path itself.
"""

from __future__ import annotations

from http import HTTPStatus

from sereno.artifacts.servers.server import Http, said
from sereno.errors import UpstreamError
from sereno.lora.adapter import Adapter
from sereno.lora.document import AdapterError


class Vllm:
    """A vLLM server."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def serve(self, adapter: Adapter, model: str) -> str:
        """Load the adapter under this model name; where the name has another adapter, that one goes first."""
        if adapter.artifact.format != "peft":
            raise AdapterError(f"vLLM loads PEFT folders, and {adapter.version} is a GGUF file; llama.cpp loads those")
        standing = self._roots()
        if standing.get(model) == adapter.artifact.location:
            return f"{model} at {self._http.url} serves {adapter.version} already."
        if model in standing:
            self._change("unload", {"lora_name": model})
        self._change("load", {"lora_name": model, "lora_path": adapter.artifact.location})
        if model not in self._roots():
            raise UpstreamError(f"{self._http.url} took {adapter.version} and does not list {model} among its models")
        return f"{model} at {self._http.url} serves {adapter.version} now."

    def withdraw(self, adapter: Adapter, model: str) -> str:
        """Unload what this name stands for."""
        self._change("unload", {"lora_name": model})
        return f"{model} at {self._http.url} no longer serves {adapter.version}."

    def _roots(self) -> dict[str, str]:
        """Paths by name of the adapters that it lists."""
        status, answer = self._http.ask("GET", "/v1/models")
        listed = answer.get("data") if isinstance(answer, dict) else None
        if status != HTTPStatus.OK or not isinstance(listed, list):
            raise UpstreamError(f"{self._http.url}/v1/models answers {status}: {said(answer)}")
        return {
            str(one.get("id")): str(one.get("root"))
            for one in listed
            if isinstance(one, dict) and one.get("parent") is not None
        }

    def _change(self, verb: str, body: dict[str, str]) -> None:
        status, answer = self._http.ask("POST", f"/v1/{verb}_lora_adapter", body)
        if status == HTTPStatus.OK:
            return
        hint = ""
        if status == HTTPStatus.NOT_FOUND and body["lora_name"] not in said(answer):
            hint = "; start it with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True"
        raise UpstreamError(f"vLLM does not {verb} {body['lora_name']} ({status}): {said(answer)}{hint}")
