"""The policy file, looked at every second; between looks the last one rules."""

from __future__ import annotations

from pathlib import Path

from sereno.trust.policy import CLOSED, Policy, RequireKey, decode_policy


class PolicyWatch:
    """Follows `DATA/policy.msgpack`.

    Attributes:
        policy: what rules now.
        state: `default` (there is no file, none is required), `loaded`, `kept` (the file went or broke: the last one
            rules on) or `closed` (required and not readable: nobody passes).
    """

    def __init__(self, path: Path, *, required: bool, require_key: RequireKey) -> None:
        self._path = path
        self._required = required
        self._seen: tuple[int, int, int] | None = None
        self.policy = CLOSED if required else Policy(require_key=require_key)
        self.state = "closed" if required else "default"

    def look(self) -> bool:
        """Read the file if it changed; whether another policy rules now."""
        try:
            info = self._path.stat()
            seen = (info.st_mtime_ns, info.st_size, info.st_ino)
            if seen == self._seen:
                return False
            self._seen = seen
            policy = decode_policy(self._path.read_bytes())
        except FileNotFoundError:
            self._seen = None
            if self.state == "loaded":
                self.state = "kept"
            return False
        except (OSError, ValueError):
            return self._broken()
        changed = policy != self.policy or self.state == "closed"
        self.policy = policy
        self.state = "loaded"
        return changed

    def _broken(self) -> bool:
        """The file is there and cannot be read as a policy."""
        if self._required:
            changed = self.state != "closed"
            self.policy = CLOSED
            self.state = "closed"
            return changed
        if self.state == "loaded":
            self.state = "kept"
        return False
