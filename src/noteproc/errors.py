"""The exception tree. No message holds note text: ids, paths' names, offsets and line numbers only.

::

    NoteprocError
    ├── ConfigError          a bad option, configuration key or user dictionary (exit 2)
    ├── CodeSetError         a code-set file that cannot be used; carries path and line
    ├── ModelError           a missing or stale artifact; says how to mend it
    ├── RedactionError       redaction failed, so nothing of the note is emitted
    │   └── LeakError        the leak gate found an identifier in the redacted text
    └── ReadError            an input that cannot be read; carries its name
"""

from __future__ import annotations


class NoteprocError(Exception):
    """The base of every error that noteproc raises on purpose."""


class ConfigError(NoteprocError):
    """A bad option, configuration key or user dictionary; the message says what is allowed."""


class CodeSetError(NoteprocError):
    """A code-set file that cannot be used.

    Args:
        message: what is wrong and what to do.
        path: the file.
        line: 1-based line, or None.
    """

    def __init__(self, message: str, *, path: str | None = None, line: int | None = None) -> None:
        where = "" if path is None else f"{path}:{line}: " if line else f"{path}: "
        super().__init__(where + message)
        self.path = path
        self.line = line


class ModelError(NoteprocError):
    """A missing or stale artifact; the message says how to mend it."""


class RedactionError(NoteprocError):
    """Redaction failed. Nothing of the note may be emitted."""


class LeakError(RedactionError):
    """The leak gate found an identifier in the redacted text. The message names kinds, never words."""


class ReadError(NoteprocError):
    """An input that cannot be read.

    Args:
        message: what is wrong, without a word of the input.
        path: the input's name, already cleared of PHI by the caller.
    """

    def __init__(self, message: str, *, path: str | None = None) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
