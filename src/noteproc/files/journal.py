"""The journal of a run: what is written so far, so that a run can be taken up where it was cut off.

While a run goes on, its streams (results, failures, crosswalk) grow under working names. After each note the journal
records how long every stream is. Taking the run up again cuts the streams back to the last record and goes on, so the
outcome is the same, byte for byte, as that of an unbroken run. At the end a plan of renames is written, then carried
out: a run that is cut off in the middle of that has only the rest of the plan left to do.
"""

from __future__ import annotations

import errno
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from noteproc.errors import ConfigError
from noteproc.files.atomic import write_text

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_FOLDER = ".run"
_LOG = "journal.jsonl"
_PLAN = "plan.json"
_CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class Entry:
    """One note's outcome as the journal keeps it: id and status, no text and no label."""

    note_id: str
    status: str
    sha256: str

    def to_dict(self) -> dict[str, str]:
        """The outcome as a manifest tells it."""
        return {"note_id": self.note_id, "status": self.status, "sha256": self.sha256}


class Journal:
    """The working files of a run in ``out``.

    Args:
        out: the output folder; it must exist.
        streams: stream name to the path that it has while the run goes on.
        terms: what must be equal for a run to be taken up again (options, versions).
        resume: take up an earlier run if there is one.

    Raises:
        ConfigError: there is an earlier run on other terms.
        OSError: the folder cannot be written.
    """

    def __init__(self, out: Path, streams: Mapping[str, Path], terms: Mapping[str, object], *, resume: bool) -> None:
        self.folder = out / _FOLDER
        self._paths = dict(streams)
        self.counts: Counter[str] = Counter()
        self.folder.mkdir(exist_ok=True)
        terms_path = self.folder / "terms.json"
        claim = _claimed(self.folder)
        told = json.dumps(terms, sort_keys=True, default=str)
        lengths: dict[str, int] = {}
        if resume and terms_path.exists():
            if terms_path.read_text(encoding="utf-8") != told:
                os.close(claim)
                raise ConfigError(
                    "the unfinished run in the output folder was started with other options, inputs or versions: "
                    "repeat it as it was, or start anew with --force"
                )
            lengths = self._replay()
        write_text(terms_path, told)
        self._claim: int | None = claim
        self._lengths = {name: lengths.get(name, 0) for name in self._paths}
        self._streams = {name: _open_cut(path, self._lengths[name]) for name, path in self._paths.items()}
        self._log = _open_cut(self.folder / _LOG, lengths.get("", 0))

    @property
    def notes(self) -> int:
        """How many notes have an outcome."""
        return self.counts.total()

    def entries(self) -> Iterator[Entry]:
        """The outcomes so far, in order, read from disk: a million of them need no memory."""
        with (self.folder / _LOG).open("rb") as lines:
            for line in islice(lines, self.notes):
                record = json.loads(line)
                yield Entry(record["note_id"], record["status"], record["sha256"])

    @staticmethod
    def unfinished(out: Path) -> bool:
        """Whether ``out`` holds a run that was cut off."""
        return (out / _FOLDER).is_dir()

    @staticmethod
    def refuse_second(out: Path) -> None:
        """Stop a run where another one is at work.

        Raises:
            ConfigError: another process is writing to ``out`` right now.
        """
        if (out / _FOLDER).is_dir():
            os.close(_claimed(out / _FOLDER))

    def append(self, entry: Entry, lines: Mapping[str, str]) -> None:
        """Write one note's lines to the streams, then the record that makes them count."""
        for name, line in lines.items():
            self.extend(name, line)
        record = {**entry.to_dict(), "lengths": self._lengths}
        self._log.write(json.dumps(record).encode() + b"\n")
        self._log.flush()
        self.counts[entry.status] += 1

    def extend(self, name: str, lines: str) -> None:
        """Write lines to a stream that belong to no note; they count only where the run ends without a break."""
        told = lines.encode("utf-8")
        self._streams[name].write(told)
        self._streams[name].flush()
        self._lengths[name] += len(told)

    def length(self, name: str) -> int:
        """How many bytes a stream holds."""
        return self._paths[name].stat().st_size

    def path(self, name: str) -> Path:
        """The file that a stream has now."""
        return self._paths[name]

    def replace(self, name: str, path: Path) -> None:
        """Let another file in the journal's folder stand for a stream when the run ends.

        The stream itself stays as it is until then, so that a run cut off right now can be taken up again.
        """
        self._paths[name] = path

    def close(self) -> None:
        """Close the streams; the run can be taken up again."""
        for stream in (*self._streams.values(), self._log):
            stream.close()
        claim, self._claim = self._claim, None
        if claim is not None:
            os.close(claim)

    def finish(self, final: Mapping[str, Path], manifest: Path) -> None:
        """Give everything its final name and clear the journal.

        Args:
            final: stream name to its path; streams not named here are removed.
            manifest: the final path of ``manifest.json`` in the journal's folder, which takes its place last.
        """
        self.close()
        out = self.folder.parent
        moves = [(path, final.get(name)) for name, path in self._paths.items()]
        moves.append((self.folder / manifest.name, manifest))
        plan = [
            (os.path.relpath(path, out), None if target is None else os.path.relpath(target, out))
            for path, target in moves
        ]
        write_text(self.folder / _PLAN, json.dumps(plan))
        self.carry_out(out)

    @staticmethod
    def carry_out(out: Path) -> bool:
        """Do what is left of the plan of a run that had come to its end; False where there is none."""
        folder = out / _FOLDER
        if not (folder / _PLAN).exists():
            return False
        for working, target in json.loads((folder / _PLAN).read_text(encoding="utf-8")):
            path = out / working
            if target is None:
                path.unlink(missing_ok=True)
            elif path.exists():
                os.replace(path, out / target)
        for file in sorted(folder.iterdir(), key=lambda p: p.name == _PLAN):
            file.unlink()
        folder.rmdir()
        return True

    def _replay(self) -> dict[str, int]:
        lengths: dict[str, int] = {}
        path = self.folder / _LOG
        if not path.exists():
            return lengths
        at = 0
        with path.open("rb") as lines:
            for line in lines:
                try:
                    record = json.loads(line)
                except ValueError:
                    break
                if not line.endswith(b"\n"):
                    break
                at += len(line)
                self.counts[record["status"]] += 1
                lengths = {**record["lengths"], "": at}
        return lengths

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _claimed(folder: Path) -> int:
    """A descriptor of the claim of a run on its folder, which ends with the process, however that ends.

    Workers do not inherit it. Where the system has no such locks, nothing is refused.
    """
    descriptor = os.open(folder / _CLAIM, os.O_RDWR | os.O_CREAT, 0o600)
    if fcntl is not None:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN):
                os.close(descriptor)
                raise ConfigError(
                    "another run is writing to the output folder: wait for it, or choose another with -o"
                ) from None
    return descriptor


def _open_cut(path: Path, length: int) -> BinaryIO:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    os.ftruncate(descriptor, length)
    file = os.fdopen(descriptor, "r+b")
    file.seek(length)
    return file
