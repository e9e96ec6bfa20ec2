"""Ollama: a model that exists already is taken as the one that serves an adapter.

From 0.34.1 on `ollama create` builds no models from `ADAPTER` lines any more; those that were built still serve. So
nothing is built here: the model must be there, and where it says what it was made of, that is compared.
"""

from __future__ import annotations

import re
from http import HTTPStatus

from sereno.artifacts.servers.server import Http, said
from sereno.errors import UpstreamError
from sereno.lora.adapter import Adapter
from sereno.lora.document import AdapterError

_FROM = re.compile(r"^FROM\s+\S*sha256-([0-9a-f]{64})\s*$", re.MULTILINE)
_ADAPTER = re.compile(r"^ADAPTER\s+\S*sha256-([0-9a-f]{64})\s*$", re.MULTILINE)


class Ollama:
    """An Ollama server."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def serve(self, adapter: Adapter, model: str) -> str:
        """Make sure that the model is there and made of this adapter, as far as it tells."""
        modelfile = self._modelfile(model, adapter)
        base, part = _FROM.search(modelfile), _ADAPTER.search(modelfile)
        if part is None:
            return f"{model} at {self._http.url} is there; it names no ADAPTER, so it must be a merged model."
        if adapter.artifact.format == "gguf":  # digests of other formats are of other bytes
            if part[1] not in {file.sha256 for file in adapter.artifact.files}:
                raise AdapterError(f"{model} was built with another adapter ({part[1][:12]}…) than {adapter.version}")
            known = adapter.base_digest
            if base is not None and known is not None and known != f"sha256:{base[1]}":
                raise AdapterError(
                    f"{model} stands on another base model (sha256:{base[1][:12]}…) than {adapter.version} was made "
                    f"for ({known[:19]}…)"
                )
        return f"{model} at {self._http.url} is there, built with an ADAPTER."

    def withdraw(self, adapter: Adapter, model: str) -> str:
        """Nothing to do: Ollama serves what was built until it is removed."""
        return f"{model} stays at {self._http.url}; remove it with ollama rm if {adapter.version} is not wanted."

    def base_digest(self, model: str) -> str:
        """The digest of the weights that a model stands on, as `sha256:…`.

        Raises:
            UpstreamError: there is no such model, or it does not say.
        """
        found = _FROM.search(self._modelfile(model, None))
        if found is None:
            raise UpstreamError(f"{model} at {self._http.url} does not say what it was made of")
        return f"sha256:{found[1]}"

    def _modelfile(self, model: str, adapter: Adapter | None) -> str:
        status, answer = self._http.ask("POST", "/api/show", {"model": model})
        if status == HTTPStatus.NOT_FOUND:
            raise UpstreamError(f"{self._http.url} has no model {model}{self._advice(adapter)}")
        text = answer.get("modelfile") if isinstance(answer, dict) else None
        if status != HTTPStatus.OK or not isinstance(text, str):
            raise UpstreamError(f"{self._http.url}/api/show answers {status}: {said(answer)}; is it Ollama?")
        return text

    def _advice(self, adapter: Adapter | None) -> str:
        """How such a model can be made, by what this version of Ollama can do."""
        if adapter is None:
            return ""
        _, answer = self._http.ask("GET", "/api/version")
        version = str(answer.get("version", "")) if isinstance(answer, dict) else ""
        numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
        if numbers and numbers < (0, 34, 1):
            return f"; make it: FROM the base model and ADAPTER {adapter.artifact.location} in a Modelfile"
        return (
            "; this Ollama builds no models from adapters: merge the adapter into its base model, make a GGUF file of "
            "it and create the model from that, or let llama.cpp serve the adapter"
        )
