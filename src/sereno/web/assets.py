"""Style, script and pictures of the pages: hashed names that never expire, compressed once, served from memory.

`static/build/` is made by `make setup` (browser/build.mjs) and lies in every wheel. Without it the pages work, without
script: `Assets.missing` says so.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import brotli
import msgspec
from jinja2 import Environment
from starlette.responses import Response

from sereno.web.compression import negotiated

BASE = "/sereno/static/"
STYLES = ("sereno.css", "charts.css", "alerts.css", "explain.css", "behaviour.css")
"""Files of `static/` that are served as one `sereno.css`, in this order."""

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""What a page may load: nothing from elsewhere, no inline script or style, no eval."""

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_COMPRESSIBLE = {".css", ".js", ".svg", ".txt"}
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_NOT_BUILT = (
    "The browser code has not been built, so pages have no script: no figures, only their tables. In a checkout run "
    "`make setup`; a wheel should carry it, so reinstall sereno."
)


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it is served.

    Attributes:
        name: below `BASE`; with a hash of the content where `forever`.
        media_type: value of Content-Type.
        forever: whether a cache may keep it without asking again.
        bodies: by content coding; `identity` is always there.
    """

    name: str
    media_type: str
    forever: bool
    bodies: Mapping[str, bytes]

    @property
    def etag(self) -> str:
        """A strong tag of the uncompressed content; a coding adds its name (RFC 9110 §8.8.3.3)."""
        return _digest(self.bodies["identity"])


class Assets:
    """All files of `static/`, read once.

    Args:
        folder: `static/`.
    """

    def __init__(self, folder: Traversable | None = None) -> None:
        folder = files("sereno.web") / "static" if folder is None else folder
        self._served: dict[str, Asset] = {}
        self._names: dict[str, str] = {}
        self._add_build(folder / "build")
        for name, body in _plain(folder):
            self._add_plain(name, body)
        self.missing = None if "sereno.js" in self._names else _NOT_BUILT
        """A sentence where there is no script, else None."""

    def address(self, name: str) -> str:
        """Where a file is, by its plain name such as `sereno.css`; empty where there is none."""
        hashed = self._names.get(name)
        return BASE + hashed if hashed else ""

    def add_to(self, environment: Environment) -> None:
        """Give templates `asset(name)`, which is `address`."""
        environment.globals["asset"] = self.address

    def answer(self, name: str, headers: Mapping[str, str]) -> Response | None:
        """The answer to a request for a file, None where there is none.

        Args:
            name: what follows `BASE` in the path.
            headers: of the request, names in lower case (or a mapping that ignores case).
        """
        found = self._served.get(name)
        if found is None:
            return None
        coding = negotiated(headers.get("accept-encoding", ""), found.bodies)
        etag = f'"{found.etag}"' if coding == "identity" else f'"{found.etag}-{coding}"'
        fields = {"ETag": etag, "Cache-Control": _FOREVER if found.forever else _ASK_AGAIN}
        if len(found.bodies) > 1:
            fields["Vary"] = "Accept-Encoding"
        asked = headers.get("if-none-match", "")
        if asked.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in asked.split(",")}:
            return Response(status_code=304, headers=fields)
        if coding != "identity":
            fields["Content-Encoding"] = coding
        return Response(found.bodies[coding], 200, {**fields, "Content-Type": found.media_type})

    def _add_build(self, build: Traversable) -> None:
        manifest = build / "manifest.json"
        if not manifest.is_file():
            return
        try:
            names = msgspec.json.decode(manifest.read_bytes(), type=dict[str, str])
            for plain, hashed in names.items():
                bodies = {
                    "br": (build / f"{hashed}.br").read_bytes(),
                    "gzip": (build / f"{hashed}.gz").read_bytes(),
                    "identity": (build / hashed).read_bytes(),
                }
                self._add(plain, hashed, bodies, forever=True)
            self._add("licences.txt", "licences.txt", _compressed((build / "licences.txt").read_bytes()), forever=False)
        except (OSError, msgspec.DecodeError):  # half a build is none: pages do without script
            self._served.clear()
            self._names.clear()

    def _add_plain(self, name: str, body: bytes) -> None:
        stem, dot, ending = name.rpartition(".")
        bodies = _compressed(body) if dot + ending in _COMPRESSIBLE else {"identity": body}
        self._add(name, name, bodies, forever=False)
        self._add(name, f"{stem}-{_digest(body)[:8]}{dot}{ending}", bodies, forever=True)

    def _add(self, plain: str, name: str, bodies: Mapping[str, bytes], *, forever: bool) -> None:
        media_type = _TYPES[name[name.rindex(".") :]]
        self._served[name] = Asset(name=name, media_type=media_type, forever=forever, bodies=bodies)
        self._names[plain] = name


def _plain(folder: Traversable) -> list[tuple[str, bytes]]:
    """The files that the build does not make, the styles as one."""
    found = {
        item.name: item.read_bytes()
        for item in folder.iterdir()
        if item.is_file() and re.search(r"\.[a-z0-9]+$", item.name) and item.name[item.name.rindex(".") :] in _TYPES
    }
    styles = [found.pop(name) for name in STYLES if name in found]
    return [("sereno.css", b"\n".join(styles)), *sorted(found.items())]


@lru_cache(maxsize=32)
def _compressed(body: bytes) -> Mapping[str, bytes]:
    """A file in every coding; an application made again finds it made."""
    return {
        "br": brotli.compress(body, quality=9),
        "gzip": gzip.compress(body, 9, mtime=0),
        "identity": body,
    }


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]
