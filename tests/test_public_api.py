"""The public names, pinned."""

from __future__ import annotations

import subprocess
import sys

import pytest

import noteproc


def test_the_public_names_are_these() -> None:
    assert sorted(noteproc.__all__) == [
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


@pytest.mark.parametrize("name", noteproc.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    thing = getattr(noteproc, name)
    assert isinstance(thing, str) or thing.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Codr"):
        _ = noteproc.Codr  # type: ignore[attr-defined]


def test_importing_the_package_loads_no_engine() -> None:
    code = "import sys, noteproc; noteproc.Note; print('spacy' in sys.modules, 'presidio_analyzer' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["False", "False"]
