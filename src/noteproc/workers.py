"""The workers of a batch: one warm processor a process, whole notes in, finished lines out, in order.

Only strings and numbers cross the border between processes, never a ``Doc``.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from noteproc.config import Config
from noteproc.errors import LeakError, RedactionError
from noteproc.processor import NoteProcessor
from noteproc.records import Note

Status: TypeAlias = Literal["done", "failed", "quarantined"]

# Work is measured in characters, a note as so many at least.
_NOTE = 1_000
_CHUNK = 16_000  # so little that workers come to their end together
_AHEAD = 1_000_000  # a worker: so much may be done while a slow note, whose turn it is, holds up the writing
_READY = 3  # chunks a worker that always wait, whatever else there is to do
# Objects made between two looks of the garbage collector. A note leaves none that it could free: what is new is kept.
_ALLOCATIONS = 500_000
# A result holds no record twice, so none is looked for that holds itself.
_as_line = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


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


_Pending: TypeAlias = tuple[Future[list[Outcome]], list[Item]]


def _chunks(items: Iterator[Item]) -> Iterator[list[Item]]:
    chunk: list[Item] = []
    work = 0
    for item in items:
        chunk.append(item)
        work += _work_in(item)
        if work >= _CHUNK:
            yield chunk
            chunk, work = [], 0
    if chunk:
        yield chunk


def _work_in(item: Item) -> int:
    return max(_NOTE, len(item.content.text)) if isinstance(item.content, Note) else _NOTE


_worker: NoteProcessor | None = None
_seconds = 0


def _start_worker(config: Config) -> None:
    global _worker, _seconds
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _seconds = config.time_limit
    if _worker is None:
        _worker = NoteProcessor(config)
    # What a processor holds stays for good: it is looked through for what can go neither often nor at all.
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)


def _end_with_parent() -> None:
    """No worker outlives the run that it works for, even one that was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(chunk: Sequence[Item]) -> list[Outcome]:
    assert _worker is not None
    outcomes = []
    for item in chunk:
        # The kernel ends this process where a note takes too long, whatever it hangs in.
        signal.setitimer(signal.ITIMER_REAL, time_allowed(item, _seconds))
        outcomes.append(outcome_of(_worker, item))
        signal.setitimer(signal.ITIMER_REAL, 0)
    return outcomes


def time_allowed(item: Item, seconds: int) -> float:
    """How long a note may take: ``seconds`` for every 100,000 characters begun."""
    length = len(item.content.text) if isinstance(item.content, Note) else 0
    return seconds * (1 + length // 100_000)


def process_all(
    items: Iterator[Item], processor: NoteProcessor, config: Config, stopping: Callable[[], bool] = lambda: False
) -> Iterator[Outcome]:
    """The outcome of each item, in order.

    Args:
        items: what is to be done; read no further ahead than the workers need.
        processor: what forked workers inherit; spawned ones make their own.
        config: how many workers, and how long a note may take.
        stopping: asked between notes; once it is true, what is in hand is finished and nothing more begun.
    """
    if sys.platform != "linux" and config.workers == 1:
        # Where processes cannot be forked, one worker more would cost a second start.
        for item in items:
            if stopping():
                return
            yield outcome_of(processor, item)
        return
    global _worker
    _worker = processor
    pending: deque[_Pending] = deque()
    ahead = 0
    chunks = _chunks(items)
    pool = _pool(config)
    try:
        while True:
            while not stopping() and _wants_more(pending, ahead, config.workers) and (chunk := next(chunks, None)):
                pending.append((_submitted(pool, chunk), chunk))
                ahead += sum(map(_work_in, chunk))
            if not pending:
                return
            future, chunk = pending.popleft()
            if stopping() and future.cancel():
                return
            try:
                yield from future.result()
            except BrokenProcessPool:
                pending.appendleft((future, chunk))
                pool.shutdown(wait=False, cancel_futures=True)
                # What the worker died over is among the first chunks that are not done: those in hand and those whose
                # outcome had not arrived. Where it was not, the next pool will break over it.
                suspected = 2 * config.workers
                while pending and suspected:
                    if stopping():
                        return
                    future, chunk = pending.popleft()
                    whole = _is_whole(future)
                    yield from future.result() if whole else _one_by_one(chunk, config)
                    suspected -= not whole
                    ahead -= sum(map(_work_in, chunk))
                pool = _pool(config)
                pending = deque((f if _is_whole(f) else _submitted(pool, c), c) for f, c in pending)
            else:
                ahead -= sum(map(_work_in, chunk))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _wants_more(pending: deque[_Pending], ahead: int, workers: int) -> bool:
    """Whether to read on: workers shall never wait, but what is done comes before what lies far ahead."""
    if len(pending) < workers * _READY:
        return True
    return ahead < workers * _AHEAD and not pending[0][0].done()


def _is_whole(future: Future[list[Outcome]]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _submitted(pool: ProcessPoolExecutor, chunk: list[Item]) -> Future[list[Outcome]]:
    """The chunk's future; one that has failed already where the pool broke a moment ago."""
    try:
        return pool.submit(_work, chunk)
    except BrokenProcessPool as error:
        future: Future[list[Outcome]] = Future()
        future.set_exception(error)
        return future


def _one_by_one(chunk: Sequence[Item], config: Config) -> Iterator[Outcome]:
    """A worker died over one of these notes: give each a worker of its own, so that it costs that note alone."""
    pool = _pool(replace(config, workers=1))
    for item in chunk:
        began = time.monotonic()
        try:
            yield pool.submit(_work, [item]).result()[0]
        except BrokenProcessPool:
            pool = _pool(replace(config, workers=1))
            allowed = time_allowed(item, config.time_limit)
            late = time.monotonic() - began >= allowed
            message = f"took longer than {allowed:.0f} s (--time-limit)" if late else "the worker died over this note"
            yield Outcome(item.index, item.note_id, item.label, True, "failed", message)
    pool.shutdown()


def _pool(config: Config) -> ProcessPoolExecutor:
    method = "fork" if sys.platform == "linux" else "spawn"
    return ProcessPoolExecutor(config.workers, multiprocessing.get_context(method), _start_worker, (config,))


def outcome_of(processor: NoteProcessor, item: Item) -> Outcome:
    content = item.content
    if isinstance(content, str):
        private = processor.redactor.label_is_private(item.label)
        return Outcome(item.index, item.note_id, item.label, private, "failed", content)
    try:
        redacted = processor.redact(content)
        private = processor.redactor.label_is_private(item.label, content, redacted)
        if private:
            redacted = replace(redacted, note_id=public_id(item.index))
        result = processor.code(redacted)
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
    line = _as_line(result.to_dict())
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
