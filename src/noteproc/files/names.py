"""Note ids and the file names made of them."""

from __future__ import annotations

import hashlib
import re

_UNSAFE = re.compile(r"[^\w.\- /~+@#,()]+")
_LONGEST_PART = 120


def clean_id(label: str) -> str:
    """A note id that is also a safe relative path: no parent folders, no control characters, no long parts."""
    parts = [part.strip(" .")[:_LONGEST_PART] for part in _UNSAFE.sub("_", label.replace("\\", "/")).split("/")]
    return "/".join(part for part in parts if part) or "note"


def crosswalk_line(public: str, label: str) -> str:
    """The line of the crosswalk that pairs a public id with the private name it stands for."""
    return f'{public},"{label.replace(chr(34), chr(34) * 2)}"\n'


class UniqueIds:
    """Gives every label an id that no earlier one has, in order.

    It remembers eight bytes an id, so that a million of them stay small.
    """

    def __init__(self) -> None:
        self._taken: set[int] = set()

    def take(self, label: str) -> str:
        """The id for ``label``: the label cleaned, with ``~2`` and so on where it is taken (whatever the case)."""
        wanted = unique = clean_id(label)
        number = 1
        while (mark := _mark(unique)) in self._taken:
            number += 1
            unique = f"{wanted}~{number}"
        self._taken.add(mark)
        return unique


def _mark(note_id: str) -> int:
    digest = hashlib.blake2b(note_id.casefold().encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
