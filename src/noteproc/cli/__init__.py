"""The command line: arguments, progress and exit codes. Each command is one call of the library.

Exit codes: 0 done, 1 some notes failed, 2 usage, 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys

# One numeric thread a process, before anything loads a numeric library: twice the speed, and workers do not fight.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

_ALLOCATIONS = 100_000  # objects made between two looks of the garbage collector


def main() -> None:
    """Run the command line; never shows a traceback, whose lines could quote a note."""
    # What a command loads stays for good: looking through it for what can go costs a quarter of the start and the end.
    gc.set_threshold(_ALLOCATIONS)
    from noteproc.cli.app import app
    from noteproc.errors import ConfigError, NoteprocError

    try:
        app(standalone_mode=True)
    except ConfigError as error:
        sys.exit(_fail(str(error), 2))
    except NoteprocError as error:
        sys.exit(_fail(str(error), 1))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        sys.exit(_fail(f"a file cannot be read or written: {error.strerror or type(error).__name__}", 1))
    except KeyboardInterrupt:
        sys.exit(_fail("interrupted", 130))
    except Exception as error:
        sys.exit(
            _fail(
                f"stopped by an internal error ({type(error).__name__}); nothing more is shown, as it may quote a note",
                1,
            )
        )
    finally:
        gc.freeze()


def _fail(message: str, code: int) -> int:
    print(f"noteproc: {message}", file=sys.stderr)
    return code
