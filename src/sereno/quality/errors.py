"""What an evaluation set, a label or a schema can be: wrong, in a sentence that says where."""

from __future__ import annotations

from sereno.errors import ConfigError


class QualityError(ConfigError):
    """A file or value given for quality is not what it must be: who gave it corrects it."""
