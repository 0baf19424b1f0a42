"""The version of the program, from its installed metadata."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("noteproc")
except PackageNotFoundError:  # run from a source tree that was never installed
    VERSION = "0+unknown"
