"""Code dictionaries, compiled into a store: codes, notes, phrases, and the look-up over them."""

from noteproc.codesets.conditions import Quantity, When, Words
from noteproc.codesets.entries import CodeEntry, CodeNote, LookupHit, NoteKind, Phrase, PhraseSource
from noteproc.codesets.families import FAMILIES, ICD10PCS, Family
from noteproc.codesets.library import Library
from noteproc.codesets.lookups import Lookup, lookup
from noteproc.codesets.ranges import CodeNames, covers
from noteproc.codesets.releases import Difference, ImportReport, Release, Row, Verification
from noteproc.codesets.sets import CodeSets, Summary, summaries
from noteproc.codesets.tables import CPT, HCPCS, ICD10CM, system_of

__all__ = [
    "CPT",
    "FAMILIES",
    "HCPCS",
    "ICD10CM",
    "ICD10PCS",
    "CodeEntry",
    "CodeNames",
    "CodeNote",
    "CodeSets",
    "Difference",
    "Family",
    "ImportReport",
    "Library",
    "Lookup",
    "LookupHit",
    "NoteKind",
    "Phrase",
    "PhraseSource",
    "Quantity",
    "Release",
    "Row",
    "Summary",
    "Verification",
    "When",
    "Words",
    "covers",
    "lookup",
    "summaries",
    "system_of",
]
