"""The ICD-10-CM Alphabetic Index, the External Cause Index, the Neoplasm table and the Table of Drugs.

All four share one schema: letters, main terms, terms within terms; a table adds cells.
Source: CDC/NCHS, ICD-10-CM Index XML, 2026.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from noteproc.codesets.importers.dates import Span, fiscal_year
from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.readings import DIAGNOSIS_CODE, Found, Importer, Item, Left, Reading
from noteproc.codesets.importers.trees import line_of, read_tree, root_tag, words
from noteproc.errors import CodeSetError

_ROOT = "ICD10CM.index"
_NOTHING = "--"


def _family(root: Element) -> str:
    heads = [words(head).lower() for head in root.iter("head")]
    if heads:
        if "substance" in heads[0]:
            return "icd10cm_drugs"
        return "icd10cm_neoplasm" if "neoplasm" in heads[0] else ""
    title = words(root.find("title")).lower()
    return "icd10cm_eindex" if "external cause" in title else "icd10cm_index"


def _read(document: Document) -> Reading:
    root = read_tree(document)
    family = _family(root)
    if not family or root.find("letter/mainTerm") is None:
        raise CodeSetError("is an index without terms, or with columns of no known table", path=document.name)
    counts: Counter[str] = Counter()
    return Reading((family,), _letters(root, family, counts), span=release_of(root), counts=counts)


def release_of(root: Element) -> Span:
    """The release that an XML file of CMS or NCHS names in its ``version``."""
    version = words(root.find("version"))
    return fiscal_year(int(version)) if re.fullmatch(r"20\d\d", version) else Span(version)


def _letters(root: Element, family: str, counts: Counter[str]) -> Iterator[Item]:
    columns = {head.get("col") or "": words(head) for head in root.iter("head")}
    for letter in root.findall("letter"):
        for main in letter.findall("mainTerm"):
            counts["main terms"] += 1
            yield from _term(main, family, (), 0, columns, counts)


def _term(
    term: Element, family: str, above: tuple[str, ...], level: int, columns: dict[str, str], counts: Counter[str]
) -> Iterator[Item]:
    title, nonessential = _title(term.find("title"))
    if not title:
        yield Left(line_of(term), "a term without a title")
        return
    path = (*above, title)
    see, also = (tuple(words(e) for e in term.findall(tag)) for tag in ("see", "seeAlso"))
    counts["sub-terms"] += level > 0
    counts["see"] += len(see)
    counts["see also"] += len(also)
    references = ("; ".join(see), "; ".join(also))
    if columns:
        yield from _cells(term, family, (str(level), ", ".join(path), title), references, columns, counts)
    else:
        kind = "main" if level == 0 else "sub"
        shared = (kind, str(level), ", ".join(path), title, nonessential)
        yield from _codes(term, family, shared, references, counts)
    for below in term.findall("term"):
        yield from _term(below, family, path, level + 1, columns, counts)


def _codes(
    term: Element, family: str, shared: tuple[str, ...], references: tuple[str, str], counts: Counter[str]
) -> Iterator[Item]:
    codes = [element for tag in ("code", "codes") for element in term.findall(tag)]
    manifestation = "; ".join(words(e) for e in term.findall("manif"))
    for element in codes:
        written = words(element)
        counts["codes"] += 1
        code = _plain(written)
        if code is None:
            yield Left(line_of(element), "no ICD-10-CM code")
        else:
            yield Found(family, code, (*shared, written, manifestation, *references), line_of(element))
    if not codes:
        yield Found(family, "", (*shared, "", "", *references), line_of(term))


def _cells(
    term: Element,
    family: str,
    shared: tuple[str, ...],
    references: tuple[str, str],
    columns: dict[str, str],
    counts: Counter[str],
) -> Iterator[Item]:
    filled = [cell for cell in term.findall("cell") if words(cell) not in ("", _NOTHING)]
    for cell in filled:
        counts["cells"] += 1
        written = words(cell)
        # A bare dash says that the column does not occur here.
        code = "" if written == "-" else _plain(written)
        column = columns.get(cell.get("col") or "")
        if code is None or column is None:
            yield Left(line_of(cell), "no ICD-10-CM code, or a column that the heading lacks")
        else:
            yield Found(family, code, (*shared, column, written, *references), line_of(cell))
    if not filled:
        yield Found(family, "", (*shared, "", "", *references), line_of(term))


def _title(element: Element | None) -> tuple[str, str]:
    """A term's own words, and the nonessential modifiers in parentheses behind them."""
    if element is None:
        return "", ""
    extra = [words(e) for e in element.findall("nemod")]
    own = (element.text or "") + " ".join(e.tail or "" for e in element)
    return " ".join(own.split()), " ".join(extra)


def _plain(written: str) -> str | None:
    """``T51.3X1``, ``C79.8-``, ``E85.4 [I43]`` without what is no part of the code; None for no code."""
    bare = re.sub(r"\s*\[.*\]$", "", written).rstrip("-").rstrip(".").strip()
    # "M80.-, M81.-" and "S02-S12" lead to the first.
    bare = re.split(r"\s*[,;]\s*|\s*-\s*(?=[A-Z])", bare)[0].rstrip("-.").strip()
    return bare if DIAGNOSIS_CODE.fullmatch(bare) else None


INDEX = Importer("ICD-10-CM index or table", lambda d: root_tag(d) == _ROOT, _read, fiscal=True)
