"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# An example is slow where the machine is busy, which says nothing of the code: pytest-timeout ends what hangs.
settings.register_profile("sereno", deadline=None)
settings.load_profile("sereno")
