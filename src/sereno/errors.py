"""The few errors that cross a room's border, named by who must act on them.

Inside a room plain `ValueError` and `OSError` serve. Each message says what was wrong, what was
expected and what to do.
"""

from typing import Literal

StoreTrouble = Literal["locked", "disk_full", "read_only", "unreachable", "disk", "corrupt", "rejected", "other"]


class SerenoError(Exception):
    """Base of all errors that a command turns into one sentence and an exit code."""

    exit_code = 1


class ConfigError(SerenoError):
    """A setting, key file or command line is wrong: the operator corrects it."""

    exit_code = 2


class UpstreamError(SerenoError):
    """The model server cannot be reached or answers what it must not."""

    exit_code = 3


class ModelError(UpstreamError):
    """A model that Sereno itself asked gave no answer.

    Attributes:
        trouble: `unreachable`, `timeout`, `unknown-model`, `refused`, `failed` or `invalid`.
    """

    def __init__(self, trouble: str, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


class StoreError(SerenoError):
    """The store cannot be opened, read or written.

    Attributes:
        reason: why. `rejected`: what was to be stored is refused and will be so again; all else is the store's own
            trouble, which passes.
    """

    exit_code = 4

    def __init__(self, message: str = "", reason: StoreTrouble = "other") -> None:
        super().__init__(message)
        self.reason = reason


class StoreNewerError(StoreError):
    """The store was written by a newer Sereno; upgrade instead of guessing."""


class StoreTimeoutError(StoreError):
    """The store did not answer within the time it was given (`store.deadline`); asking for less may help."""


class JournalError(SerenoError):
    """A journal segment or status file is not what its name promises."""

    exit_code = 5


class DriftError(SerenoError):
    """A reference, a check or a trigger that cannot be had; the sentence says why."""

    exit_code = 2


class DriftFoundError(SerenoError):
    """Data drifted as far as the command line said it must not."""


class QueryError(SerenoError):
    """A question to the record is wrong.

    Attributes:
        parameter: the name of the wrong parameter, as the user wrote it.
        expected: what would have been right, in a few words.
    """

    exit_code = 2

    def __init__(self, parameter: str, message: str, expected: str = "") -> None:
        super().__init__(message)
        self.parameter = parameter
        self.expected = expected
