"""What claims of one sentence must be to each other, one rule a module."""

from __future__ import annotations
