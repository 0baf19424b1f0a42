"""ICD-10-PCS tables, index and definitions (XML). Layouts from documentation and other parsers.

Source: CMS, ICD-10-PCS files: tables (three axes name a table, four make its rows), index, definitions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from math import prod
from xml.etree.ElementTree import Element

from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.icd10cm_index import release_of
from noteproc.codesets.importers.readings import PCS_CODE, Found, Importer, Item, Left, Reading
from noteproc.codesets.importers.trees import line_of, read_tree, root_tag, words
from noteproc.errors import CodeSetError

_LEAD = re.compile(r"[0-9B-DF-HX][0-9A-HJ-NP-Z]{2,6}")


def _axes(element: Element) -> dict[str, Element]:
    return {axis.get("pos") or "": axis for axis in element.findall("axis")}


def _read_tables(document: Document) -> Reading:
    root = read_tree(document)
    if root.find("pcsTable/pcsRow") is None:
        raise CodeSetError("is a list of tables without a row", path=document.name)
    counts: Counter[str] = Counter()
    return Reading(("icd10pcs_tables",), _tables(root, counts), span=release_of(root), counts=counts)


def _tables(root: Element, counts: Counter[str]) -> Iterator[Item]:
    for table in root.findall("pcsTable"):
        axes = _axes(table)
        labels = [axes[pos].find("label") if pos in axes else None for pos in "123"]
        code = "".join((label.get("code") or "") if label is not None else "" for label in labels)
        if not re.fullmatch(r"[0-9B-DF-HX][0-9A-HJ-NP-Z]{2}", code):
            yield Left(line_of(table), "a table without its three characters")
            continue
        counts["tables"] += 1
        definition = words(axes["3"].find("definition"))
        for row in table.findall("pcsRow"):
            below = _axes(row)
            held = [[(e.get("code") or "", words(e)) for e in below[pos].findall("label")] for pos in below]
            if sorted(below) != ["4", "5", "6", "7"] or not all(held):
                yield Left(line_of(row), "a row without its four axes")
                continue
            counts["codes"] += prod(len(labels) for labels in held)
            axes_as_text = ("|".join(f"{value}={text}" for value, text in labels) for labels in held)
            values = (*(words(label) for label in labels), definition, *axes_as_text)
            yield Found("icd10pcs_tables", code, values, line_of(row))


def _read_index(document: Document) -> Reading:
    root = read_tree(document)
    if root.find("letter/mainTerm") is None:
        raise CodeSetError("is an index without terms", path=document.name)
    counts: Counter[str] = Counter()
    return Reading(("icd10pcs_index",), _letters(root, counts), span=release_of(root), counts=counts)


def _letters(root: Element, counts: Counter[str]) -> Iterator[Item]:
    for main in root.findall("letter/mainTerm"):
        counts["main terms"] += 1
        yield from _term(main, (), 0, counts)


def _term(term: Element, above: tuple[str, ...], level: int, counts: Counter[str]) -> Iterator[Item]:
    title = words(term.find("title"))
    if not title:
        yield Left(line_of(term), "a term without a title")
        return
    path = (*above, title)
    counts["sub-terms"] += level > 0
    see, use = ("; ".join(words(e) for e in term.findall(tag)) for tag in ("see", "use"))
    shared = ("main" if level == 0 else "sub", str(level), ", ".join(path), title)
    # A code or the beginning of one may stand at the term or within its "see".
    codes = [e for e in term.iter() if e.tag in ("code", "codes", "tab") and not _within_term(term, e)]
    for element in codes:
        written = words(element)
        if _LEAD.fullmatch(written) and (len(written) < 7 or PCS_CODE.fullmatch(written)):
            yield Found("icd10pcs_index", written, (*shared, written, see, use), line_of(element))
        else:
            yield Left(line_of(element), "no ICD-10-PCS code or beginning of one")
    if not codes:
        yield Found("icd10pcs_index", "", (*shared, "", see, use), line_of(term))
    for below in term.findall("term"):
        yield from _term(below, path, level + 1, counts)


def _within_term(term: Element, element: Element) -> bool:
    return any(element is e for below in term.findall("term") for e in below.iter())


def _read_definitions(document: Document) -> Reading:
    root = read_tree(document)
    if root.find("section/axis/terms") is None:
        raise CodeSetError("is a list of definitions without a term", path=document.name)
    return Reading(("icd10pcs_definitions",), _definitions(root), span=release_of(root))


def _definitions(root: Element) -> Iterator[Item]:
    for section in root.findall("section"):
        code = section.get("code") or ""
        for axis in section.findall("axis"):
            name = words(axis.find("title"))
            for term in axis.findall("terms"):
                title = words(term.find("title"))
                if not title:
                    yield Left(line_of(term), "a definition without its term")
                    continue
                includes = " | ".join(words(e) for tag in ("includes", "includeExample") for e in term.findall(tag))
                value = next((e.get("code") or "" for e in term.findall("title")), "")
                told = (words(term.find("definition")), words(term.find("explanation")), includes)
                values = (name, value, title, *told)
                yield Found("icd10pcs_definitions", f"{code}.{axis.get('pos') or ''}", values, line_of(term))


PCS_TABLES = Importer("ICD-10-PCS tables", lambda d: root_tag(d) == "ICD10PCS.tabular", _read_tables, fiscal=True)
PCS_INDEX = Importer("ICD-10-PCS index", lambda d: root_tag(d) == "ICD10PCS.index", _read_index, fiscal=True)
PCS_DEFINITIONS = Importer(
    "ICD-10-PCS definitions", lambda d: root_tag(d) == "ICD10PCS.definitions", _read_definitions, fiscal=True
)
