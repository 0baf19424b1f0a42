"""The importers: one for each official file, asked in turn whether they know a document by what it holds."""

from __future__ import annotations

from noteproc.codesets.importers.addon import ADDON
from noteproc.codesets.importers.ccsr import CCSR
from noteproc.codesets.importers.conversion import CONVERSION
from noteproc.codesets.importers.coverage import COVERAGE
from noteproc.codesets.importers.cpt import CPT_IMPORTERS
from noteproc.codesets.importers.documents import Document, documents
from noteproc.codesets.importers.gems import GEMS
from noteproc.codesets.importers.hcpcs import HCPCS_TABLE, HCPCS_TEXT
from noteproc.codesets.importers.icd10_lists import ADDENDA, CODES, ORDER
from noteproc.codesets.importers.icd10cm_index import INDEX
from noteproc.codesets.importers.icd10cm_tabular import TABULAR
from noteproc.codesets.importers.icd10pcs import PCS_DEFINITIONS, PCS_INDEX, PCS_TABLES
from noteproc.codesets.importers.mue import MUE
from noteproc.codesets.importers.opps import ASC_AA, OPPS_B
from noteproc.codesets.importers.payer import PAYER
from noteproc.codesets.importers.pprrvu import PPRRVU
from noteproc.codesets.importers.ptp import PTP
from noteproc.codesets.importers.rbcs import RBCS
from noteproc.codesets.importers.readings import Found, Importer, Left, Reading
from noteproc.codesets.importers.risk import CC, HCC

__all__ = ["IMPORTERS", "Document", "Found", "Importer", "Left", "Reading", "documents", "importers_of"]

# Each knows its own file and no other's: the order is that of reading, not of precedence.
IMPORTERS: tuple[Importer, ...] = (
    TABULAR,
    INDEX,
    PCS_TABLES,
    PCS_INDEX,
    PCS_DEFINITIONS,
    PPRRVU,
    MUE,
    PTP,
    ADDON,
    OPPS_B,
    ASC_AA,
    CCSR,
    HCC,
    CC,
    RBCS,
    COVERAGE,
    HCPCS_TEXT,
    HCPCS_TABLE,
    ORDER,
    CODES,
    ADDENDA,
    CONVERSION,
    GEMS,
    *CPT_IMPORTERS,
    PAYER,
)


def importers_of(document: Document) -> tuple[Importer, ...]:
    """The importers that know a document: one for an official file, none for a foreign one.

    Raises:
        CodeSetError: the document cannot be read at all.
    """
    return tuple(importer for importer in IMPORTERS if importer.knows(document))
