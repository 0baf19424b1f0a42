"""The workers of a batch: one warm processor a process, whole notes in, finished lines out, in order.

Only strings and numbers cross the border between processes, never a ``Doc``.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from noteproc.config import Config
from noteproc.errors import LeakError, RedactionError
from noteproc.processor import NoteProcessor
from noteproc.records import Note

Status: TypeAlias = Literal["done", "failed", "quarantined"]

_CHUNK_NOTES = 16
_CHUNK_CHARACTERS = 400_000
_AHEAD = 4


@dataclass(frozen=True, slots=True)
class Item:
    index: int
    note_id: str
    label: str = field(repr=False)
    content: Note | str = field(repr=False)  # a note, or why there is none


@dataclass(frozen=True, slots=True)
class Outcome:
    index: int
    note_id: str
    label: str = field(repr=False)
    private: bool
    status: Status
    message: str = ""
    line: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    suggestions: int = 0
    phi: int = 0
    patient: str = field(default="", repr=False)  # the caller's id of the patient, if he gave one
    withheld: tuple[str, ...] = field(default=(), repr=False)  # what stood where each identifier was


def _chunks(items: Iterator[Item]) -> Iterator[list[Item]]:
    chunk: list[Item] = []
    size = 0
    for item in items:
        chunk.append(item)
        size += len(item.content.text) if isinstance(item.content, Note) else 0
        if len(chunk) >= _CHUNK_NOTES or size >= _CHUNK_CHARACTERS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


_worker: NoteProcessor | None = None


def _start_worker(config: Config) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if _worker is None:
        _worker = NoteProcessor(config)


def _work(chunk: Sequence[Item]) -> list[Outcome]:
    assert _worker is not None
    return [_process(_worker, item) for item in chunk]


def process_all(items: Iterator[Item], processor: NoteProcessor, config: Config) -> Iterator[Outcome]:
    if config.workers == 1:
        for item in items:
            yield _process(processor, item)
        return
    global _worker
    _worker = processor  # inherited by forked workers; spawned ones make their own
    pending: deque[tuple[Future[list[Outcome]], list[Item]]] = deque()
    chunks = _chunks(items)
    pool = _pool(config)
    try:
        while True:
            while len(pending) < config.workers * _AHEAD and (chunk := next(chunks, None)):
                pending.append((pool.submit(_work, chunk), chunk))
            if not pending:
                return
            future, chunk = pending.popleft()
            try:
                done = future.result()
            except BrokenProcessPool:
                lost = [chunk, *(c for _, c in pending)]
                pending.clear()
                pool.shutdown(wait=False, cancel_futures=True)
                for c in lost:
                    yield from _one_by_one(c, config)
                pool = _pool(config)
                continue
            yield from done
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _one_by_one(chunk: Sequence[Item], config: Config) -> Iterator[Outcome]:
    """A worker died over one of these notes: give each a worker of its own, so that it costs that note alone."""
    pool = _pool(replace(config, workers=1))
    for item in chunk:
        try:
            yield pool.submit(_work, [item]).result()[0]
        except BrokenProcessPool:
            pool = _pool(replace(config, workers=1))
            yield Outcome(item.index, item.note_id, item.label, True, "failed", "the worker died over this note")
    pool.shutdown()


def _pool(config: Config) -> ProcessPoolExecutor:
    method = "fork" if sys.platform == "linux" else "spawn"
    return ProcessPoolExecutor(config.workers, multiprocessing.get_context(method), _start_worker, (config,))


def _process(processor: NoteProcessor, item: Item) -> Outcome:
    content = item.content
    if isinstance(content, str):
        private = processor.redactor.label_is_private(item.label)
        return Outcome(item.index, item.note_id, item.label, private, "failed", content)
    try:
        redacted = processor.redact(content)
        private = processor.redactor.label_is_private(item.label, content, redacted)
        if private:
            redacted = replace(redacted, note_id=public_id(item.index))
        result = processor.coder.code(redacted)
    except LeakError as error:
        private = True  # what escaped redaction may stand in the label too
        return Outcome(item.index, item.note_id, item.label, private, "quarantined", str(error))
    except RedactionError:
        private = processor.redactor.label_is_private(item.label)
        message = "redaction failed, so nothing of this note is written"
        return Outcome(item.index, item.note_id, item.label, private, "failed", message)
    except (
        Exception
    ) as error:  # whatever breaks costs this note alone; the cause may quote it, so only its type is kept
        private = processor.redactor.label_is_private(item.label)
        message = f"stopped by an internal error ({type(error).__name__})"
        return Outcome(item.index, item.note_id, item.label, private, "failed", message)
    line = json.dumps(result.to_dict(), ensure_ascii=False)
    return Outcome(
        item.index,
        item.note_id,
        item.label,
        private,
        "done",
        "",
        line,
        result.text,
        len(result.suggestions),
        len(result.phi),
        content.metadata.get("patient_id", ""),
        tuple(content.text[p.start : p.end] for p in redacted.phi),
    )


def public_id(index: int) -> str:
    return f"note-{index + 1:06d}"
