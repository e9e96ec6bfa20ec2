"""What the person at the terminal is called."""

from __future__ import annotations

import getpass


def login_name() -> str:
    """The login name; `sereno` for a user without one, as in containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "sereno"
