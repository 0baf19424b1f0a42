"""The ICD-10-CM tabular list (XML) as rows: each code with its place and the notes that stand at it.

Source: CDC/NCHS, ICD-10-CM Tabular List of Diseases and Injuries, XML.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.icd10cm_index import release_of
from noteproc.codesets.importers.readings import DIAGNOSIS_CODE, Found, Importer, Item, Left, Reading
from noteproc.codesets.importers.trees import line_of, read_tree, root_tag, words
from noteproc.errors import CodeSetError

_ROOT = "ICD10CM.tabular"
_NOTES = (
    "inclusionTerm", "includes", "excludes1", "excludes2", "codeFirst", "useAdditionalCode", "codeAlso", "notes",
    "sevenChrNote",
)  # fmt: skip


def _read(document: Document) -> Reading:
    root = read_tree(document)
    if root.find("chapter/section/diag") is None:
        raise CodeSetError("is a tabular list without codes", path=document.name)
    counts: Counter[str] = Counter()
    return Reading(("icd10cm_tabular",), _chapters(root, counts), span=release_of(root), counts=counts)


def _chapters(root: Element, counts: Counter[str]) -> Iterator[Item]:
    for chapter in root.findall("chapter"):
        name = words(chapter.find("name"))
        counts["chapters"] += 1
        yield _row(chapter, name, "", "chapter")
        for section in chapter.findall("section"):
            block = section.get("id") or ""
            counts["sections"] += 1
            yield _row(section, block, name, "section")
            for diag in section.findall("diag"):
                yield from _diag(diag, block, counts)


def _diag(diag: Element, parent: str, counts: Counter[str]) -> Iterator[Item]:
    code = words(diag.find("name"))
    if not DIAGNOSIS_CODE.fullmatch(code):
        yield Left(line_of(diag), "no ICD-10-CM code")
        return
    counts["codes"] += 1
    yield _row(diag, code, parent, "code")
    for below in diag.findall("diag"):
        yield from _diag(below, code, counts)


def _row(element: Element, code: str, parent: str, level: str) -> Item:
    notes = (" | ".join(words(note) for note in element.findall(f"{tag}/note")) for tag in _NOTES)
    sevenths = " | ".join(f"{e.get('char')}={words(e)}" for e in element.findall("sevenChrDef/extension"))
    values = (words(element.find("desc")), parent, level, *notes, sevenths)
    return Found("icd10cm_tabular", code, values, line_of(element), parent)


TABULAR = Importer("ICD-10-CM tabular list", lambda d: root_tag(d) == _ROOT, _read, fiscal=True)
