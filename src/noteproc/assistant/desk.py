"""What answers are composed from: the code pages, the look-up, and the tables behind them."""

from __future__ import annotations

import re
from functools import lru_cache

from noteproc.codesets import CPT, HCPCS, ICD10CM, CodeEntry, LookupHit, lookup, system_of
from noteproc.codesets.facts import facts_of
from noteproc.pages import Page, Pages
from noteproc.pages.shelf import Shelf

_LISTS = ("pprrvu", "opps_b", "mue", "hcpcs", "cpt_long", "cpt_medium", "cpt_short", "coverage", "payer")


class Desk:
    """The tables within reach for one date of service.

    Args:
        pages: the code pages of an installation.
        on: the ISO date of service, or None for the newest releases.
    """

    def __init__(self, pages: Pages, on: str | None = None) -> None:
        self.pages = pages
        self.shelf: Shelf = pages.shelf(on)
        self.page = lru_cache(maxsize=32)(self._page)

    def known(self, code: str) -> str | None:
        """A code as the loaded tables write it, or None."""
        for system in (ICD10CM, CPT, HCPCS):
            entry = self.shelf.entry(system, code)
            if entry is not None:
                return entry.code
        plain = code.upper()
        if re.fullmatch(r"[0-9A-HJ-NP-Z]{7}", plain) and self.shelf.rows("icd10pcs_order", plain):
            return plain
        if system_of(plain) and (
            any(facts_of(table, plain) for table in ("em_levels", "procedures", "history"))
            or any(self.shelf.rows(family, plain) for family in _LISTS)
            or self.shelf.library.pairs(plain)
        ):
            return plain
        return None

    def diagnosis(self, code: str) -> CodeEntry | None:
        """The ICD-10-CM entry of a code, or None."""
        return self.shelf.entry(ICD10CM, code)

    def title(self, code: str) -> str:
        """What a code stands for, or ""."""
        page = self.page(code)
        return "" if page is None else page.title

    def find(self, words: str, system: str = "", limit: int = 5) -> tuple[LookupHit, ...]:
        """The look-up's best codes."""
        return lookup(words, system=system or None, limit=limit, codesets=self.pages.codesets) if words else ()

    def _page(self, code: str) -> Page | None:
        return self.pages.show(code, on=self.shelf.on)
