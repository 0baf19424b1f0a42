"""Note ids and the file names made of them."""

from __future__ import annotations

import hashlib
import re

_UNSAFE = re.compile(r"[^\w.\- /~+@#,()]+")
_FOLDER_LIKE_A_NOTE = re.compile(r"\.txt(?=/)", re.IGNORECASE)
_LONGEST = 1000
_LONGEST_PART = 120
_LARGEST_PART = 200  # bytes: a file system allows 255, with the suffix


def clean_id(label: str) -> str:
    """A note id that is also a safe relative path: no parent folders, no control characters, no long parts."""
    safe = _UNSAFE.sub("_", label[:_LONGEST].replace("\\", "/"))
    # "a.txt/b" wants a folder where the redacted note "a" has its file.
    parts = [_short(part.strip(" .")) for part in _FOLDER_LIKE_A_NOTE.sub("_txt", safe).split("/")]
    return "/".join(part for part in parts if part) or "note"


def _short(part: str) -> str:
    return part[:_LONGEST_PART].encode()[:_LARGEST_PART].decode(errors="ignore")


def crosswalk_line(public: str, label: str) -> str:
    """The line of the crosswalk that pairs a public id with the private name it stands for."""
    return f'{public},"{label.replace(chr(34), chr(34) * 2)}"\n'


class UniqueIds:
    """Gives every label an id that no earlier one has, in order.

    It remembers eight bytes an id, so that a million of them stay small, and of an id that came again its last number,
    so that a million of one id cost no more.
    """

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self._numbers: dict[int, int] = {}

    def take(self, label: str) -> str:
        """The id for ``label``: the label cleaned, with ``~2`` and so on where it is taken (whatever the case)."""
        wanted = unique = clean_id(label)
        first = mark = _mark(wanted)
        number = self._numbers.get(first, 1)
        while mark in self._taken:
            number += 1
            unique = f"{wanted}~{number}"
            mark = _mark(unique)
        if mark != first:
            self._numbers[first] = number
        self._taken.add(mark)
        return unique


def _mark(note_id: str) -> int:
    digest = hashlib.blake2b(note_id.casefold().encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
