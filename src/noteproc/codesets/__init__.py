"""Code dictionaries, compiled into a store: codes, notes, phrases, and the look-up over them."""

from noteproc.codesets.conditions import Quantity, When, Words
from noteproc.codesets.entries import CodeEntry, CodeNote, NoteKind, Phrase, PhraseSource
from noteproc.codesets.lookups import Lookup, LookupHit, lookup
from noteproc.codesets.ranges import covers
from noteproc.codesets.sets import CodeSets, Summary, summaries
from noteproc.codesets.tables import CPT, HCPCS, ICD10CM

__all__ = [
    "CPT",
    "HCPCS",
    "ICD10CM",
    "CodeEntry",
    "CodeNote",
    "CodeSets",
    "Lookup",
    "LookupHit",
    "NoteKind",
    "Phrase",
    "PhraseSource",
    "Quantity",
    "Summary",
    "When",
    "Words",
    "covers",
    "lookup",
    "summaries",
]
