"""Sheets of Excel workbooks, through openpyxl where it is installed (``pip install 'noteproc[xlsx]'``)."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO
from xml.etree.ElementTree import ParseError

from noteproc.errors import CodeSetError

if TYPE_CHECKING:
    from openpyxl import Workbook

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def sheet_names(name: str, opened: Callable[[], BinaryIO]) -> tuple[str, ...]:
    """The sheets of a workbook, in its order.

    Raises:
        CodeSetError: openpyxl is not installed, or the workbook is damaged.
    """
    with _workbook(name, opened) as book:
        return tuple(str(sheet.title) for sheet in book.worksheets)


def sheet_rows(name: str, opened: Callable[[], BinaryIO], sheet: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows of a sheet as text, numbered from 1.

    Raises:
        CodeSetError: openpyxl is not installed, or the workbook is damaged.
    """
    with _workbook(name, opened) as book:
        found = book[sheet]
        # Some writers give a wrong size, and reading would stop there.
        if hasattr(found, "reset_dimensions"):
            found.reset_dimensions()
        for number, cells in enumerate(found.iter_rows(values_only=True), 1):
            yield number, tuple(_text(name, number, cell) for cell in cells)


@contextmanager
def _workbook(name: str, opened: Callable[[], BinaryIO]) -> Iterator[Workbook]:
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise CodeSetError("is an Excel workbook: pip install 'noteproc[xlsx]', or save it as csv", path=name) from None
    with opened() as stream:
        try:
            book = load_workbook(stream, read_only=True, data_only=True)
            try:
                yield book
            finally:
                book.close()
        # openpyxl has no exceptions of its own for a workbook that is not one.
        except (
            zipfile.BadZipFile,
            ParseError,
            KeyError,
            ValueError,
            TypeError,
            AttributeError,
            OSError,
            EOFError,
        ) as error:
            raise CodeSetError(f"is not a whole workbook ({type(error).__name__})", path=name) from None


def _text(name: str, number: int, cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = " ".join(str(cell).split())
    if _CONTROL.search(text):
        raise CodeSetError("holds control characters: damaged", path=name, line=number)
    return text
