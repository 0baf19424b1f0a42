"""The families of official files: what each holds, what its columns are called here, and what fills it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from noteproc.codesets.tables import CPT, HCPCS, ICD10CM

ICD10PCS = "ICD-10-PCS"
CPT_HCPCS = "CPT/HCPCS"
PUBLIC_DOMAIN = "public domain (US government)"
AMA = "ama-cpt"
AMA_NOTICE = "CPT copyright American Medical Association. All rights reserved."


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of official file.

    Args:
        name: how the library calls it.
        system: the code system of its codes.
        holds: what it tells, in a few words.
        file: the file that fills it, for "not loaded: import ...".
        columns: the names of a row's values, in order.
        licence: what may be done with it.
        declare: the licence that a user declares before an import, or "".
        dated_rows: each row carries its own dates, so one release speaks for all days.
    """

    name: str
    system: str
    holds: str
    file: str
    columns: tuple[str, ...]
    licence: str = PUBLIC_DOMAIN
    declare: str = ""
    dated_rows: bool = False


_INDEX = ("kind", "level", "term", "title", "nonessential", "as_written", "manifestation", "see", "see_also")
_TABLE = ("level", "term", "title", "column", "as_written", "see", "see_also")
_HCPCS = (
    "long", "short", "pricing", "multiple_pricing", "coverage", "statute", "lab_certification", "cross_reference",
    "asc_group", "processing_note", "betos", "tos", "anesthesia_units", "added", "effective", "terminated", "action",
    "unlisted", "quotes_cpt",
)  # fmt: skip


def _cpt(name: str, holds: str, file: str, columns: tuple[str, ...] = ("text",)) -> Family:
    return Family(name, CPT, holds, file, columns, licence=AMA_NOTICE, declare=AMA)


_ALL = (
    Family(
        "pprrvu",
        CPT_HCPCS,
        "Medicare physician fee schedule: values and payment policy indicators",
        "PPRRVU (CMS, PFS Relative Value Files)",
        (
            "modifier", "status", "not_used_for_medicare", "work_rvu", "nonfacility_pe_rvu", "nonfacility_na",
            "facility_pe_rvu", "facility_na", "mp_rvu", "nonfacility_total", "facility_total", "pctc", "global_days",
            "pre_op", "intra_op", "post_op", "multiple", "bilateral", "assistant", "co_surgeons", "team", "priced",
            "endoscopic_base", "conversion_factor", "supervision", "calculation_flag", "imaging_family",
            "nonfacility_pe_opps", "facility_pe_opps", "mp_opps",
        ),
    ),
    Family(
        "mue",
        CPT_HCPCS,
        "Medically Unlikely Edits: most units of a code on one day or line",
        "MCR_MUE_PractitionerServices (CMS, NCCI Medically Unlikely Edits)",
        ("service", "units", "indicator", "indicator_text", "rationale"),
    ),
    Family(
        "ptp",
        CPT_HCPCS,
        "NCCI procedure-to-procedure edits: code is column 1, `other` is column 2",
        "ccipra-*.txt or .xlsx (CMS, NCCI PTP Coding Edits)",
        ("other", "before_1996", "effective", "deleted", "modifier", "rationale"),
        dated_rows=True,
    ),
    Family(
        "addon",
        CPT_HCPCS,
        "NCCI add-on code edits: code is the add-on, `primary` a code that it may stand beside",
        "AOC_*-MCR.txt or .xlsx (CMS, NCCI Add-on Code Edits)",
        ("primary", "type", "effective", "deleted", "notes"),
        dated_rows=True,
    ),
    Family(
        "opps_b",
        CPT_HCPCS,
        "OPPS Addendum B: status indicator and APC",
        "Addendum B (CMS, Hospital Outpatient PPS)",
        (
            "status", "apc", "relative_weight", "payment_rate", "national_copayment", "minimum_copayment", "note",
            "change",
        ),
    ),
    Family(
        "asc_aa",
        CPT_HCPCS,
        "ASC Addendum AA: surgical procedures covered in an ambulatory surgical center",
        "Addendum AA (CMS, ASC Payment Rates)",
        ("multiple_discount", "comment", "payment_indicator", "payment_weight", "payment_rate"),
    ),
    Family(
        "ccsr",
        ICD10CM,
        "Clinical Classifications Software Refined",
        "DXCCSR_v*.csv or PRCCSR_v*.csv (AHRQ, HCUP CCSR)",
        ("default_inpatient", "default_inpatient_text", "default_outpatient", "default_outpatient_text", "categories"),
    ),
    Family(
        "hcc",
        ICD10CM,
        "risk-adjustment categories (HCC) of a diagnosis, by model",
        "ICD-10 mappings (CMS, Risk Adjustment), csv or xlsx",
        ("model", "category"),
    ),
    Family(
        "cc",
        ICD10CM,
        "complications and comorbidities of the MS-DRGs (CC, MCC)",
        "Table 6I and Table 6J (CMS, Acute Inpatient PPS)",
        ("level", "exclusions"),
    ),
    Family(
        "rbcs",
        CPT_HCPCS,
        "Restructured BETOS Classification System",
        "RBCS taxonomy csv (CMS)",
        (
            "rbcs", "category", "category_text", "subcategory", "subcategory_text", "family", "family_text", "major",
            "added", "ended", "assigned", "assignment_ended",
        ),
    ),
    Family(
        "gem",
        ICD10CM,
        "General Equivalence Mappings between ICD-9 and ICD-10",
        "2018_I10gem.txt, 2018_I9gem.txt, gem_pcsi9.txt or gem_i9pcs.txt (CMS)",
        ("target", "direction", "approximate", "no_map", "combination", "scenario", "choice"),
    ),
    Family(
        "coverage",
        CPT_HCPCS,
        "Medicare coverage articles: kind `procedure` names the code's articles, kind `diagnosis` what they cover",
        "article_x_hcpc_code.csv with article_x_icd10_covered.csv (CMS, Medicare Coverage Database)",
        ("kind", "article", "article_version", "group"),
    ),
    Family("hcpcs", HCPCS, "HCPCS Level II codes", "HCPC*_ANWEB txt, csv or xlsx (CMS)", _HCPCS),
    Family("hcpcs_modifiers", HCPCS, "HCPCS Level II modifiers", "HCPC*_ANWEB txt, csv or xlsx (CMS)", _HCPCS),
    _cpt("cpt_long", "CPT long descriptors", "LONGULT.txt or LONGULF.txt (AMA, CPT data files)"),
    _cpt("cpt_medium", "CPT medium descriptors", "MEDU.txt (AMA, CPT data files)"),
    _cpt("cpt_short", "CPT short descriptors", "SHORTU.txt (AMA, CPT data files)"),
    _cpt("cpt_consumer", "CPT consumer friendly descriptors", "ConsumerDescriptor.txt (AMA, CPT data files)"),
    _cpt("cpt_clinician", "CPT clinician descriptors", "ClinicianDescriptor.txt (AMA, CPT data files)"),
    _cpt("cpt_modifiers", "CPT modifiers", "MODUL.txt (AMA, CPT data files)", ("title", "text")),
    Family(
        "icd10cm_order",
        ICD10CM,
        "ICD-10-CM codes and titles",
        "icd10cm_order_*.txt or icd10cm_codes_*.txt (CMS)",
        ("billable", "short", "long"),
    ),
    Family(
        "icd10cm_tabular",
        ICD10CM,
        "ICD-10-CM tabular list with its notes",
        "icd10cm_tabular_*.xml (CDC/NCHS)",
        (
            "title", "parent", "level", "inclusion", "includes", "excludes1", "excludes2", "code_first",
            "use_additional", "code_also", "notes", "seventh_note", "sevenths",
        ),
    ),
    Family("icd10cm_index", ICD10CM, "ICD-10-CM Alphabetic Index", "icd10cm_index_*.xml (CDC/NCHS)", _INDEX),
    Family("icd10cm_eindex", ICD10CM, "ICD-10-CM External Cause Index", "icd10cm_eindex_*.xml (CDC/NCHS)", _INDEX),
    Family("icd10cm_neoplasm", ICD10CM, "ICD-10-CM Neoplasm table", "icd10cm_neoplasm_*.xml (CDC/NCHS)", _TABLE),
    Family("icd10cm_drugs", ICD10CM, "ICD-10-CM Table of Drugs", "icd10cm_drug_*.xml (CDC/NCHS)", _TABLE),
    Family(
        "icd10cm_addenda",
        ICD10CM,
        "what changed between two releases of ICD-10-CM",
        "icd10cm_order_addenda_*.txt (CMS)",
        ("action", "billable", "text"),
    ),
    Family(
        "icd10cm_conversion",
        ICD10CM,
        "ICD-10-CM conversion table: a new code and what was coded before",
        "icd10cm_conversion_table (CDC/NCHS), xlsx or txt",
        ("effective", "previous"),
    ),
    Family(
        "icd10pcs_order",
        ICD10PCS,
        "ICD-10-PCS codes and titles",
        "icd10pcs_order_*.txt (CMS)",
        ("billable", "short", "long"),
    ),
    Family(
        "icd10pcs_tables",
        ICD10PCS,
        "ICD-10-PCS tables: code is the table's three characters, one line a row of the table",
        "icd10pcs_tables_*.xml (CMS)",
        ("section", "body_system", "operation", "definition", "axis4", "axis5", "axis6", "axis7"),
    ),
    Family(
        "icd10pcs_index",
        ICD10PCS,
        "ICD-10-PCS index",
        "icd10pcs_index_*.xml (CMS)",
        ("kind", "level", "term", "title", "as_written", "see", "use"),
    ),
    Family(
        "icd10pcs_definitions",
        ICD10PCS,
        "ICD-10-PCS definitions; code is the section's character and the axis",
        "icd10pcs_definitions_*.xml (CMS)",
        ("axis", "value", "title", "definition", "explanation", "includes"),
    ),
    Family(
        "payer",
        CPT_HCPCS,
        "a payer's own policies",
        "your own csv with the columns payer, code, policy (and topic, effective_from, effective_to, source)",
        ("payer", "topic", "policy", "effective_from", "effective_to", "source"),
        licence="the user's own",
        dated_rows=True,
    ),
)  # fmt: skip

FAMILIES: Mapping[str, Family] = {family.name: family for family in _ALL}
