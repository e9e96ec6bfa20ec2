"""llama.cpp: adapters that it was started with, turned up and down (tools/server/README, `/lora-adapters`).

It must run with `--lora-scaled FILE:0` for each adapter; a scale of 0 turns one off at once. Its own
`--lora-init-without-apply` leaves them on (https://github.com/ggml-org/llama.cpp/issues/28674).
"""

from __future__ import annotations

from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any

from sereno.artifacts.servers.server import Http, said
from sereno.errors import UpstreamError
from sereno.lora.adapter import Adapter
from sereno.lora.document import AdapterError


class LlamaCpp:
    """A server of llama.cpp."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def serve(self, adapter: Adapter, model: str) -> str:
        """Scale the adapter to 1 and all others to 0."""
        self._scale(adapter, 1.0)
        return f"{model} at {self._http.url} serves {adapter.version} now; its other adapters are off."

    def withdraw(self, adapter: Adapter, model: str) -> str:
        """Scale all adapters to 0: the base model alone answers."""
        self._scale(adapter, 0.0)
        return f"{model} at {self._http.url} no longer serves {adapter.version}."

    def _scale(self, adapter: Adapter, scale: float) -> None:
        if adapter.artifact.format != "gguf":
            raise AdapterError(
                f"llama.cpp loads GGUF adapters, and {adapter.version} is a PEFT folder; convert it with "
                "convert_lora_to_gguf.py and import the file"
            )
        loaded = self._loaded()
        number = _number(adapter, loaded)
        if number is None:
            names = ", ".join(PurePosixPath(str(one["path"])).name for one in loaded) or "none"
            raise UpstreamError(
                f"llama.cpp at {self._http.url} was not started with {adapter.artifact.files[0].name}; "
                f"it has {names}. Start it with --lora-scaled {adapter.artifact.location}:0"
            )
        wanted = [{"id": one["id"], "scale": scale if one["id"] == number else 0.0} for one in loaded]
        status, answer = self._http.ask("POST", "/lora-adapters", wanted)
        if status != HTTPStatus.OK:
            raise UpstreamError(f"llama.cpp does not change its adapters ({status}): {said(answer)}")
        after = {one["id"]: one.get("scale") for one in self._loaded()}
        if after.get(number) != scale:
            raise UpstreamError(f"llama.cpp took the change, and says that the scale is {after.get(number)}")

    def _loaded(self) -> list[dict[str, Any]]:
        status, answer = self._http.ask("GET", "/lora-adapters")
        if status != HTTPStatus.OK or not isinstance(answer, list):
            raise UpstreamError(f"{self._http.url}/lora-adapters answers {status}: {said(answer)}; is it llama.cpp?")
        return [one for one in answer if isinstance(one, dict) and isinstance(one.get("id"), int) and "path" in one]


def _number(adapter: Adapter, loaded: list[dict[str, Any]]) -> int | None:
    """The server's number of an adapter: by whole path, else by the file's name where one alone has it."""
    location, name = adapter.artifact.location, adapter.artifact.files[0].name
    paths = {one["id"]: str(one["path"]) for one in loaded}
    whole = [number for number, path in paths.items() if path in {location, f"{location}/{name}"}]
    same = [number for number, path in paths.items() if PurePosixPath(path).name == name]
    found = whole or same
    return found[0] if len(found) == 1 else None
