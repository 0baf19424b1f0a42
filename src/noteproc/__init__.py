"""noteproc: clinical notes in, PHI out, suggested codes with the words that support them.

    from noteproc import Note, NoteProcessor

    result = NoteProcessor().process(Note("n1", text))

Names are loaded when first used, so that a look-up does not pay for the redaction engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noteproc.codesets import CodeSets, LookupHit, lookup
    from noteproc.coding import Coder
    from noteproc.config import Config, load_config
    from noteproc.errors import CodeSetError, ConfigError, ModelError, NoteprocError, ReadError, RedactionError
    from noteproc.processor import NoteProcessor
    from noteproc.records import (
        Alternative,
        Coding,
        CodingContext,
        Evidence,
        Finding,
        NotCoded,
        Note,
        NoteResult,
        OffsetMap,
        Part,
        PhiSpan,
        RedactedNote,
        Suggestion,
    )
    from noteproc.redaction import Redactor
    from noteproc.version import VERSION as __version__

_HOMES = {
    "codesets": ("CodeSets", "LookupHit", "lookup"),
    "coding": ("Coder",),
    "config": ("Config", "load_config"),
    "errors": ("CodeSetError", "ConfigError", "ModelError", "NoteprocError", "ReadError", "RedactionError"),
    "processor": ("NoteProcessor",),
    "records": (
        "Alternative",
        "Coding",
        "CodingContext",
        "Evidence",
        "Finding",
        "NotCoded",
        "Note",
        "NoteResult",
        "OffsetMap",
        "Part",
        "PhiSpan",
        "RedactedNote",
        "Suggestion",
    ),
    "redaction": ("Redactor",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Alternative",
    "CodeSetError",
    "CodeSets",
    "Coder",
    "Coding",
    "CodingContext",
    "Config",
    "ConfigError",
    "Evidence",
    "Finding",
    "LookupHit",
    "ModelError",
    "NotCoded",
    "Note",
    "NoteProcessor",
    "NoteResult",
    "NoteprocError",
    "OffsetMap",
    "Part",
    "PhiSpan",
    "ReadError",
    "RedactedNote",
    "RedactionError",
    "Redactor",
    "Suggestion",
    "__version__",
    "load_config",
    "lookup",
]


if not TYPE_CHECKING:  # a type checker knows the names from above, and no others

    def __getattr__(name: str) -> object:
        if name == "__version__":
            return import_module("noteproc.version").VERSION
        if name not in _HOME_OF:
            raise AttributeError(f"module 'noteproc' has no attribute {name!r}")
        return getattr(import_module(f"noteproc.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
