"""Brat standoff: the redacted text of each note with its PHI and codes as annotations.

Source: brat standoff format (brat.nlplab.org/standoff.html).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from noteproc.exports.results import Result, items, main_evidence, whole
from noteproc.files.atomic import write_text

_CONFIGURATION = (
    "[entities]\n{entities}\n\n[relations]\n\n[events]\n\n[attributes]\n"
    "Assertion Arg:<ENTITY>, Value:present|absent|possible|hypothetical|historical|family|other_person|planned\n"
)


def write(folder: Path, results: Iterator[Result]) -> tuple[Path, ...]:
    """Write one ``.txt`` and one ``.ann`` a note below ``folder``, and the configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds: set[str] = set()
    for result in results:
        path = folder / f"{result['note_id']}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        # brat reads files as they are: a return would shift nothing, and stays.
        write_text(path, str(result["text"]), durable=False)
        write_text(path.with_name(path.name.removesuffix(".txt") + ".ann"), standoff(result), durable=False)
        kinds |= {str(p["entity_type"]) for p in items(result, "phi")}
        kinds |= {str(s["kind"]).capitalize() for s in items(result, "suggestions")}
    configuration = folder / "annotation.conf"
    write_text(configuration, _CONFIGURATION.format(entities="\n".join(sorted(kinds))))
    return (configuration,)


def standoff(result: Mapping[str, object]) -> str:
    """The annotations of a note: PHI where its replacement stands, then codes at their main words."""
    text = str(result["text"])
    lines: list[str] = []
    number = 0
    for phi in items(result, "phi"):
        start, end = whole(phi, "redacted_start"), whole(phi, "redacted_end")
        if end > start:
            number += 1
            lines.append(_entity(number, str(phi["entity_type"]), text, start, end))
    for mark, suggestion in enumerate(items(result, "suggestions"), 1):
        evidence = main_evidence(suggestion)
        if evidence is None:
            continue
        number += 1
        start, end = whole(evidence, "start"), whole(evidence, "end")
        lines.append(_entity(number, str(suggestion["kind"]).capitalize(), text, start, end))
        code = f"{suggestion['system']}:{suggestion['code']}"
        lines.append(f"N{mark}\tReference T{number} {code}\t{' '.join(str(suggestion['display']).split())}")
        lines.append(f"A{mark}\tAssertion T{number} {evidence['assertion']}")
    return "".join(f"{line}\n" for line in lines)


def _entity(number: int, kind: str, text: str, start: int, end: int) -> str:
    """One entity; what runs over a line end is given in pieces, as the format wants it."""
    pieces: list[tuple[int, int]] = []
    at = start
    for line in text[start:end].splitlines(keepends=True):
        shown = line.rstrip("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
        if shown.strip():
            pieces.append((at, at + len(shown)))
        at += len(line)
    pieces = pieces or [(start, end)]
    places = ";".join(f"{a} {b}" for a, b in pieces)
    return f"T{number}\t{kind} {places}\t{' '.join(text[a:b] for a, b in pieces)}"
