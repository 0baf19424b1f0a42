"""The inputs of a run as a stream of items: each a note or why there is none, with an id of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from noteproc.files.columns import Columns
from noteproc.files.inputs import Source, Unreadable, read
from noteproc.files.known import KnownIdentifiers
from noteproc.files.names import UniqueIds, clean_id
from noteproc.records import Note
from noteproc.workers import Item, public_id

# What readers tell of a note that they could not read whole.
LEFT_OUT = ("images", "pages_without_text")


def items_of(
    found: Sequence[Source], columns: Columns, known: KnownIdentifiers, left_out: Counter[str]
) -> Iterator[Item]:
    """What is to be done: of each input a note or why there is none, each with an id that no other has, in order.

    Args:
        found: where to read.
        columns: which columns of tables.
        known: what else is known of notes.
        left_out: counts what was left out, as it is met.
    """
    ids = UniqueIds()
    for index, content in enumerate(_read_all(found, columns, left_out)):
        if isinstance(content, Unreadable):
            note_id = ids.take(content.label)
            yield Item(index, note_id, content.label, content.message)
        else:
            note_id = ids.take(content.note_id)
            left_out["repeated_ids"] += note_id != clean_id(content.note_id)
            for key in LEFT_OUT:
                if told := content.metadata.get(key):
                    left_out[key] += int(told)
            note = known.added_to(content)
            left_out["known"] += note is not content
            yield Item(
                index, note_id, content.note_id, note if note.note_id == note_id else replace(note, note_id=note_id)
            )


def _read_all(found: Sequence[Source], columns: Columns, left_out: Counter[str]) -> Iterator[Note | Unreadable]:
    for source in found:
        empty = True
        for content in read(source, columns):
            empty = False
            yield content
        left_out["without_notes"] += empty


def note_ids(found: Sequence[Source], columns: Columns) -> Iterator[tuple[str, str]]:
    """The id that each input has in a run, in order: as it is named, and as it is where its name holds PHI."""
    for item in items_of(found, columns, KnownIdentifiers(), Counter()):
        yield item.note_id, public_id(item.index)
