"""How long a document may take to be parsed: a damaged one must not hold a run up for ever."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from noteproc.errors import ReadError

SECONDS = 120.0  # of CPU time, for every 10 MB begun
_SHARE = 10 << 20


class _OutOfPatienceError(BaseException):
    """No ``Exception``: parsers swallow those."""


def _out_of_patience(number: int, frame: FrameType | None) -> None:
    raise _OutOfPatienceError


@contextmanager
def patience(size: int) -> Iterator[None]:
    """Stop what is done within it when that takes too long.

    Outside the main thread, and where the system has no such clock, nothing is stopped.

    Args:
        size: bytes of the document.

    Raises:
        ReadError: it took longer than ``SECONDS`` for every 10 MB begun.
    """
    seconds = SECONDS * (1 + size // _SHARE)
    main = threading.current_thread() is threading.main_thread()
    if not main or not hasattr(signal, "setitimer") or signal.getitimer(signal.ITIMER_PROF)[0]:
        yield
        return
    before = signal.signal(signal.SIGPROF, _out_of_patience)
    # Again every second: a parser may catch even this.
    signal.setitimer(signal.ITIMER_PROF, seconds, 1)
    try:
        yield
    except _OutOfPatienceError:
        raise ReadError(f"cannot be parsed within {seconds:.0f} s: save it anew, or as text") from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
