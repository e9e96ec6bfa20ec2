"""Canonical model names, so that one model has one name in every roll-up.

Ollama takes `Llama3`, `llama3:latest` and `registry.ollama.ai/library/llama3` for the same model
(types/model/name.go of Ollama: defaults for host, namespace and tag, compared without case). Other servers
compare names as they are.
"""

from __future__ import annotations

MAX_NAME = 200
_SCHEMES = ("https://", "http://")
_DEFAULT_HOST = "registry.ollama.ai/"
_DEFAULT_NAMESPACE = "library/"


def ollama_name(name: str) -> str:
    """Ollama's name in short canonical form: lower case, defaults left out, tag always there.

    >>> ollama_name("SmolLM2"), ollama_name("registry.ollama.ai/library/llama3:8B"), ollama_name("hf.co/A/B:Q4")
    ('smollm2:latest', 'llama3:8b', 'hf.co/a/b:q4')
    >>> ollama_name("localhost:5000/library/x")
    'localhost:5000/library/x:latest'
    """
    name = name.strip().lower()
    for scheme in _SCHEMES:
        name = name.removeprefix(scheme)
    name = name.removeprefix(_DEFAULT_HOST)
    if name.count("/") == 1:
        name = name.removeprefix(_DEFAULT_NAMESPACE)
    if name and ":" not in name.rpartition("/")[2]:
        name += ":latest"
    return name[:MAX_NAME]


def canonical(name: str | None, *, ollama: bool) -> str | None:
    """The canonical form of a name as asked, None for none.

    Args:
        name: as in the request.
        ollama: whether an Ollama answered it.
    """
    if not name or not name.strip():
        return None
    return ollama_name(name) if ollama else name.strip()[:MAX_NAME]
