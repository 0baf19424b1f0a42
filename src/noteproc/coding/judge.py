"""What the judges of services, tests, drugs and supplies share: the note, and where its mentions stand."""

from __future__ import annotations

from noteproc.coding.event_status import EventStatus
from noteproc.coding.note_type import NoteType
from noteproc.coding.standing import Standing
from noteproc.coding.surroundings import Surroundings


class Judge:
    """Judges the mentions of one kind of event in one note.

    Args:
        note: what the note is.
        near: what stands around its mentions.
        standing: where they stand.
        status: how they are asserted.
    """

    def __init__(self, note: NoteType, near: Surroundings, standing: Standing, status: EventStatus) -> None:
        self._note = note
        self._near = near
        self._standing = standing
        self._status = status
