"""Composing a page."""

from __future__ import annotations

import re

from noteproc.codesets import CPT, HCPCS, ICD10CM, CodeEntry, CodeSets, system_of
from noteproc.codesets.families import AMA_NOTICE, ICD10PCS
from noteproc.codesets.library import Library
from noteproc.pages.diagnoses import diagnosis_sections
from noteproc.pages.modifiers import modifier_page
from noteproc.pages.pcs import pcs_sections
from noteproc.pages.procedures import em_level, em_title, procedure_sections
from noteproc.pages.shelf import Shelf
from noteproc.pages.statements import Page, Section

TRADEMARK = "CPT is a registered trademark of the American Medical Association."
_PCS = re.compile(r"[0-9A-HJ-NP-Z]{7}")
_MODIFIER = re.compile(r"-?[0-9A-Z]{2}")


class Pages:
    """The code pages of an installation; keep it to compose many.

    Args:
        codesets: entries and notes; by default the installation's own.
        library: the imported files; by default the user's.
    """

    def __init__(self, codesets: CodeSets | None = None, library: Library | None = None) -> None:
        self.codesets = codesets or CodeSets.open()
        self.library = library or Library.open()

    def shelf(self, on: str | None = None) -> Shelf:
        """The tables within reach on a date of service."""
        return Shelf(self.codesets, self.library, on)

    def show(self, code: str, *, system: str | None = None, on: str | None = None) -> Page | None:
        """The page of a code or modifier, or None where no loaded table knows it.

        Args:
            code: with or without its dot; a modifier with or without its dash.
            system: where a code exists in several; by default the first that knows it.
            on: the ISO date of service; by default the newest releases answer.

        Raises:
            CodeSetError: the library is damaged.
        """
        shelf, wanted = self.shelf(on), code.strip().upper()
        for name in (ICD10CM, CPT, HCPCS, ICD10PCS) if system is None else (system,):
            page = self._page(shelf, name, wanted)
            if page is not None:
                return page
        if system in (None, "modifier") and _MODIFIER.fullmatch(wanted):
            return modifier_page(shelf, wanted)
        return None

    def _page(self, shelf: Shelf, system: str, code: str) -> Page | None:
        entry = self.codesets.entry(system, code)
        if system == ICD10CM:
            return None if entry is None else _framed(entry, diagnosis_sections(shelf, entry), "", shelf)
        if system == ICD10PCS:
            rows = shelf.rows("icd10pcs_order", code) if _PCS.fullmatch(code) else ()
            if not rows and entry is None:
                return None
            title = entry.title if entry is not None else rows[0].values["long"]
            version = entry.version if entry is not None else rows[0].release.version
            return Page(system, version, code, title, False, pcs_sections(shelf, code), "", shelf.on or "")
        if system_of(code) != system:
            return None
        level = em_level(code)
        if entry is None and level is None and not self._known(shelf, code):
            return None
        sections = procedure_sections(shelf, code, entry)
        licensed = any(shelf.rows(f"cpt_{kind}", code) for kind in ("short", "medium", "long", "consumer", "clinician"))
        notice = (AMA_NOTICE if licensed else TRADEMARK) if system == CPT else ""
        if entry is not None:
            return _framed(entry, sections, notice, shelf)
        if level is not None:
            return Page(system, "starter", code, em_title(level), True, sections, notice, shelf.on or "")
        what = next((s.text for s in sections[0].statements if s.text), "") if sections[0].name == "what" else ""
        return Page(system, "imported files", code, what, False, sections, notice, shelf.on or "")

    def _known(self, shelf: Shelf, code: str) -> bool:
        families = ("pprrvu", "hcpcs", "cpt_long", "cpt_medium", "cpt_short", "opps_b", "mue")
        return any(shelf.rows(family, code) for family in families)


def _framed(entry: CodeEntry, sections: tuple[Section, ...], notice: str, shelf: Shelf) -> Page:
    return Page(entry.system, entry.version, entry.code, entry.title, entry.own_words, sections, notice, shelf.on or "")
