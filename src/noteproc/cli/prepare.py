"""The command prepare: what is compiled on first use, compiled now."""

from __future__ import annotations


def prepare() -> None:
    """Compile the code sets and indexes now, so that a machine that may write nothing starts at once.

    They go to `NOTEPROC_CACHE`, or the user's cache folder; images and shared machines run this once.

    Example: `noteproc prepare`
    """
    from noteproc.codesets import lookup
    from noteproc.codesets.cache import cache_root
    from noteproc.processor import NoteProcessor
    from noteproc.records import Note

    processor = NoteProcessor()
    processor.process(Note("prepare", "Assessment: hypertension."))
    lookup("hypertension", limit=1, codesets=processor.codesets)
    print(f"ready: {cache_root()}")
