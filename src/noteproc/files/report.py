"""``report.html``: one self-contained page, redacted notes with their evidence highlighted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from noteproc.files.atomic import atomic_text

_MARK = "__DATA__"
_FIELDS = ("note_id", "setting", "text", "suggestions", "not_coded")


def write_report(path: Path, results: Iterable[Mapping[str, object]], total: int) -> None:
    """Write the page.

    Args:
        path: the file to make or replace.
        results: results of the contract, those to show.
        total: how many notes the run had.
    """
    head, tail = files("noteproc.files").joinpath("report.html").read_text(encoding="utf-8").split(_MARK)
    with atomic_text(path) as file:
        file.write(head)
        file.write(f'{{"total": {total}, "results": [')
        for number, result in enumerate(results):
            shown: dict[str, object] = {name: result[name] for name in _FIELDS}
            phi = result["phi"]
            assert isinstance(phi, list)
            shown["phi"] = [{key: p[key] for key in ("redacted_start", "redacted_end")} for p in phi]
            file.write((",\n" if number else "\n") + _script_safe(json.dumps(shown, ensure_ascii=False)))
        file.write("]}" + tail)


def _script_safe(text: str) -> str:
    """JSON that can stand inside a script element: nothing in it can end the element."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
