"""The manifest of a run: versions, settings, counts, hashes, and one outcome for every input.

The outcomes stand last, one a line, so that those of a million notes are written and read one by one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from noteproc.errors import ReadError
from noteproc.files.atomic import atomic_text

_OPENING = ' "notes": ['


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, as a manifest tells it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(path: Path, told: Mapping[str, object], outcomes: Iterable[Mapping[str, object]]) -> None:
    """Write a manifest atomically.

    Args:
        path: the file.
        told: everything but the outcomes.
        outcomes: note id, status and hash of each input, in order.
    """
    encode = json.JSONEncoder(ensure_ascii=False).encode
    with atomic_text(path) as file:
        file.write(json.dumps(dict(told), indent=1).removesuffix("\n}") + f",\n{_OPENING}")
        for number, outcome in enumerate(outcomes):
            file.write((",\n" if number else "\n") + encode(dict(outcome)))
        file.write("\n ]\n}\n")


def read_manifest(out: Path) -> tuple[dict[str, object], Iterator[dict[str, str]]]:
    """The manifest of a run: what it tells, and its outcomes, read as they are asked for.

    Raises:
        ReadError: there is none, or it is not one of this version.
    """
    wrong = ReadError("is not a manifest of this version", path="manifest.json")
    head: list[str] = []
    try:
        with (out / "manifest.json").open(encoding="utf-8") as lines:
            for line in lines:
                if line.rstrip("\n") == _OPENING:
                    break
                head.append(line)
            else:
                raise wrong
        told = json.loads("".join(head).rstrip().removesuffix(",") + "\n}")
    except FileNotFoundError:
        raise ReadError("the folder holds no finished run: manifest.json is missing") from None
    except (OSError, ValueError):
        raise wrong from None
    if not isinstance(told, dict):
        raise wrong
    return told, _outcomes(out / "manifest.json", len(head) + 1)


def _outcomes(path: Path, after: int) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number < after:
                continue
            if line.strip() == "]":
                return
            try:
                yield json.loads(line.rstrip().removesuffix(","))
            except ValueError:
                break
    raise ReadError("is cut off or was changed", path="manifest.json")
