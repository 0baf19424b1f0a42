"""Small files of our own in the layouts of the official ones: the text is ours, the codes are theirs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Official:
    """One file.

    Args:
        importer: the name of the importer that must know it.
        rows: how many rows each family gets.
        data: its bytes.
        expected: (family, code, column, value) facts that must be found.
        licences: what must be declared.
    """

    importer: str
    rows: dict[str, int]
    data: bytes
    expected: tuple[tuple[str, str, str, str], ...]
    licences: frozenset[str] = frozenset()


AMA = frozenset({"ama-cpt"})


def _text(*lines: str, end: str = "\r\n", encoding: str = "cp1252") -> bytes:
    return "".join(line + end for line in lines).encode(encoding)


def _pprrvu() -> bytes:
    # 31 columns, as in the years before the pricing indicator.
    tail = "0.00,0.00,0.00"
    return _text(
        ",,2026 National Physician Fee Schedule Relative Value File July Release" + "," * 28,
        ",,descriptors withheld" + "," * 28,
        "," * 26 + "PHYSICIAN,,DIAGNOSTIC,PE USED,PE USED",
        "," * 26 + "SUPERVISION OF,,IMAGING,FOR OPPS,FOR OPPS",
        ",,,STATUS,FOR MEDICARE,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,MULT,"
        "BILAT,ASST,CO-,TEAM,ENDO,CONV,,DIAGNOSTIC,CALCULATION,FAMILY,PAYMENT,PAYMENT",
        "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,"
        "PROC,SURG,SURG,SURG,SURG,BASE,FACTOR,,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT",
        f"0201T,,secret words,C,,0.00,0.00,,0.00,,0.00,0.00,0.00,0,XXX,{tail},0,2,0,0,0,,33.4009,,09,0,99,0.00,0.00",
        f"22511,,secret words,A,,7.33,40.1,,4.02,,1.55,48.98,12.90,0,010,{tail},2,0,1,0,0,,33.4009,,09,0,99,0.00,0.00",
        f"93000,26,secret words,A,,0.17,0.07,,0.07,,0.01,0.25,0.25,4,XXX,{tail},0,0,0,0,0,,33.4009,,09,0,99,0.00,0.00",
    )


_INDEX_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<ICD10CM.index>\n<version>2026</version>\n'

INDEX = f"""{_INDEX_HEAD}<title>ICD-10-CM INDEX TO DISEASES and INJURIES</title>
<letter><title>F</title>
<mainTerm><title>Fever<nemod>(inanition)</nemod></title><code>R50.9</code>
<term level="1"><title>Malta</title><see>Brucellosis</see></term>
<term level="1"><title>trench</title><code>A79.0</code>
<term level="2"><title>relapsing NEC</title><code>A68.-</code></term></term></mainTerm>
<mainTerm><title>Amyloid heart</title><code>E85.4</code><manif>I43</manif></mainTerm>
</letter></ICD10CM.index>
"""
EINDEX = f"""{_INDEX_HEAD}<title>ICD-10-CM EXTERNAL CAUSE of INJURIES INDEX</title>
<letter><title>B</title><mainTerm><title>Bite, bitten by</title>
<term level="1"><title>alligator</title><code>W58.01</code></term>
<term level="1"><title>arthropod</title><seeAlso>Sting</seeAlso><code>W57</code></term></mainTerm></letter>
</ICD10CM.index>
"""
NEOPLASM = f"""{_INDEX_HEAD}<indexHeading><head col="1">Neoplasm</head><head col="2">Malignant Primary</head>
<head col="5">Benign</head></indexHeading>
<letter><title>N</title><mainTerm><title>Neoplasm, neoplastic</title><cell col="2">C80.1</cell>
<cell col="5">D36.9</cell>
<term level="1"><title>wall</title><cell col="2">C76.-</cell><cell col="5">-</cell></term>
<term level="1"><title>skin</title><see>Neoplasm, wall</see></term></mainTerm></letter></ICD10CM.index>
"""
DRUGS = f"""{_INDEX_HEAD}<indexHeading><head col="1">Substance</head><head col="2">Poisoning Accidental</head>
<head col="6">Adverse effect</head></indexHeading>
<letter><title>A</title><mainTerm><title>Acorn syrup</title>
<cell col="2">T36.0X1</cell><cell col="6">--</cell></mainTerm>
<mainTerm><title>Birch tar</title><cell col="2">T49.0X1</cell><cell col="6">T49.0X5</cell></mainTerm></letter>
</ICD10CM.index>
"""
TABULAR = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular><version>2026</version><chapter><name>1</name><desc>First chapter (A00-A09)</desc>
<section id="A00-A09"><desc>Gut (A00-A09)</desc><diag><name>A00</name><desc>Watery disease</desc>
<excludes1><note>dry disease (A01.0)</note></excludes1>
<diag><name>A00.0</name><desc>Watery disease, old</desc>
<inclusionTerm><note>Old one</note><note>Elder</note></inclusionTerm>
<sevenChrDef><extension char="A">initial</extension></sevenChrDef></diag></diag></section></chapter></ICD10CM.tabular>
"""
PCS_TABLES = """<?xml version="1.0" encoding="utf-8"?>
<ICD10PCS.tabular><version>2026</version><pcsTable>
<axis pos="1" values="1"><title>Section</title><label code="0">Medical and Surgical</label></axis>
<axis pos="2" values="1"><title>Body System</title><label code="0">Central Nervous System</label></axis>
<axis pos="3" values="1"><title>Operation</title><label code="1">Bypass</label><definition>Around it</definition></axis>
<pcsRow codes="2"><axis pos="4" values="1"><title>Body Part</title><label code="6">Cerebral Ventricle</label></axis>
<axis pos="5" values="2"><title>Approach</title><label code="0">Open</label><label code="3">Percutaneous</label></axis>
<axis pos="6" values="1"><title>Device</title><label code="Z">No Device</label></axis>
<axis pos="7" values="1"><title>Qualifier</title><label code="B">Cerebral Cisterns</label></axis></pcsRow>
</pcsTable></ICD10PCS.tabular>
"""
PCS_INDEX = """<?xml version="1.0" encoding="utf-8"?>
<ICD10PCS.index><version>2026</version><letter><title>B</title><mainTerm><title>Bypass</title>
<term level="1"><title>Ventricle</title><codes>0016</codes></term>
<term level="1"><title>Duct</title><use>Bile Duct</use></term></mainTerm></letter></ICD10PCS.index>
"""
PCS_DEFINITIONS = """<?xml version="1.0" encoding="utf-8"?>
<ICD10PCS.definitions><version>2026</version><section code="0"><title>Medical and Surgical</title>
<axis pos="3"><title>Operation</title><terms><title code="1">Bypass</title><definition>Around it</definition>
<explanation>Anyhow</explanation>
<includeExample>a graft</includeExample></terms></axis></section></ICD10PCS.definitions>
"""


def _hcpcs() -> bytes:
    def record(code: str, kind: str, text: str, short: str = "", ended: str = "") -> str:
        line = f"{code:>5}00100{kind}{text:<80}"
        if kind in "48":
            return line
        fields = {92: short, 120: "51", 230: "C", 257: "O1E", 261: "1", 269: "20190101", 277: "20200101", 285: ended}
        for place, field in {**fields, 293: "N"}.items():
            line = line.ljust(place - 1) + field
        return line.ljust(320)

    return _text(
        "A notice’s words before the first record",
        "",
        record("AX", "7", "Item of one kind", "Item"),
        record("AX", "8", "and of another"),
        record("A0001", "3", "Bag of sand, not otherwise classified", "Bag, noc"),
        record("A0002", "3", "Bag of salt, see 12345", "Bag of salt", "20191231"),
        record("J0003", "3", "Injection of sea water, 10 ml", "Sea water inj"),
    )


def _hcpcs_table() -> bytes:
    heads = (
        "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,PRICE1,PRICE2,MULT_PI,STATUTE,LABCERT1,XREF1,COV,ASC_GRP,"
        "PROCNOTE,BETOS,TOS1,TOS2,ANEST_BU,ADD DT,ACT EFF DT,TERM DT,ACTION CD"
    )
    return _text(
        heads,
        '   AX,0010,7,"Item of one kind, or another",Item,,,,,,,C,,,,,,,20190101,20200101,,N',
        "A0001,0010,3,Bag of sand,Bag,32,,A,,,,D,,,D1E,P,S,,20190101,20200101,,N",
        "A0002,0010,3,Bag of salt,Bag,32,,A,,,,D,,,D1E,P,,,20190101,20200101,20251231,D",
    )


def _order() -> bytes:
    rows = (("A00", 0, "Watery disease"), ("A000", 1, "Watery disease, old"), ("M8008XA", 1, "Bone thing, initial"))
    return _text(
        *(f"{n:05d} {code:<7} {flag} {title[:60]:<60} {title}" for n, (code, flag, title) in enumerate(rows, 1))
    )


def _pcs_order() -> bytes:
    rows = (
        ("001", 0, "Nervous System, Bypass"),
        ("00160ZB", 1, "Bypass Ventricle, Open"),
        ("B00BZZZ", 1, "Plain View"),
    )
    return _text(
        *(f"{n:05d} {code:<7} {flag} {title[:60]:<60} {title}" for n, (code, flag, title) in enumerate(rows, 1))
    )


OFFICIALS: dict[str, Official] = {
    "PPRRVU2026_Jul.csv": Official(
        "physician fee schedule (PPRRVU)",
        {"pprrvu": 3},
        _pprrvu(),
        (
            ("pprrvu", "0201T", "bilateral", "2"),
            ("pprrvu", "0201T", "supervision", "09"),
            ("pprrvu", "0201T", "imaging_family", "99"),
            ("pprrvu", "22511", "global_days", "010"),
            ("pprrvu", "22511", "facility_total", "12.90"),
            ("pprrvu", "93000", "modifier", "26"),
        ),
    ),
    "mue.csv": Official(
        "Medically Unlikely Edits (MUE)",
        {"mue": 2},
        _text(
            '"A notice\r\n\r\nover several lines",,,',
            '"HCPCS/',
            'CPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale',
            "0201T,1,3 Date of Service Edit: Clinical,Nature of Service/Procedure",
            "22511,1,2 Date of Service Edit: Policy,Code Descriptor",
        ),
        (
            ("mue", "0201T", "units", "1"),
            ("mue", "0201T", "indicator", "3"),
            ("mue", "22511", "service", "practitioner"),
        ),
    ),
    "ccipra-v322r0-f1.txt": Official(
        "NCCI procedure-to-procedure edits (PTP)",
        {"ptp": 3},
        _text(
            "A notice\t\t\t\t\t\t",
            "Column1/Column2 Edits\t\t\t\t\t\t",
            "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale",
            "\t\tprior to 1996\tDate\tDate\t0=not allowed\t",
            "\t\t\t\t*=no data\t1=allowed\t",
            "\t\t\t\t\t9=not applicable\t",
            "0201T\t22511\t\t20190101\t*\t1\tMisuse of Column Two code with Column One code",
            "0201T\t36000\t*\t20100101\t20201231\t0\tStandards of medical/surgical practice",
            "22511\t0200T\t\t20190101\t20190101\t9\tMutually exclusive procedures",
        ),
        (
            ("ptp", "0201T", "other", "22511"),
            ("ptp", "0201T", "modifier", "1"),
            ("ptp", "22511", "deleted", "2019-01-01"),
        ),
    ),
    "AOC_V2026Q1-MCR.txt": Official(
        "NCCI add-on code edits",
        {"addon": 3},
        _text(
            "AOC_EDIT_TYPE\tADD_ON_CODE\tPRIMARY_CODE\tAOC_EDIT_EFF_DT\tAOC_EDIT_DEL_DT\tSPECIAL_INSTRUCTION_NOTES",
            "1\t22512\t22510\t20150101\t\t",
            "1\t22512\t22511\t20150101\t\tany one",
            "2\t0399T\tCCCCC\t2016001\t20211231\t",
        ),
        (("addon", "22512", "primary", "22510"), ("addon", "0399T", "effective", "2016-01-01")),
    ),
    "addendum_b.csv": Official(
        "OPPS Addendum B",
        {"opps_b": 2},
        _text(
            "Addendum B.-Final OPPS Payment by HCPCS Code for CY 2026,,,,,,,,,",
            "A notice,,,,,,,,,",
            "HCPCS Code,Short Descriptor,SI,APC,Relative Weight,Payment Rate,National Unadjusted Copayment,"
            "Minimum Unadjusted Copayment,Note,* Indicates a Change",
            '0201T,secret words,J1,5115,140.5,"$12,552.87",,"$2,510.58",,',
            "99213,secret words,B,,,,,,,*",
        ),
        (
            ("opps_b", "0201T", "apc", "5115"),
            ("opps_b", "0201T", "payment_rate", "$12,552.87"),
            ("opps_b", "99213", "change", "*"),
        ),
    ),
    "addendum_aa.csv": Official(
        "ASC Addendum AA",
        {"asc_aa": 1},
        _text(
            "ADDENDUM AA,,,,,,",
            "HCPCS Code,Short Descriptor,Subject to Multiple Procedure Discounting,July 2026 Comment Indicator,"
            "July 2026 Payment Indicator,July 2026 Payment Weight,July 2026 Payment Rate",
            '0201T,secret words,Y,,J8,150.10,"$8,000.01"',
        ),
        (("asc_aa", "0201T", "payment_indicator", "J8"),),
    ),
    "DXCCSR_v2026-1.csv": Official(
        "CCSR",
        {"ccsr": 2},
        _text(
            "'ICD-10-CM CODE','ICD-10-CM CODE DESCRIPTION','Default CCSR CATEGORY IP',"
            "'Default CCSR CATEGORY DESCRIPTION IP','Default CCSR CATEGORY OP','Default CCSR CATEGORY DESCRIPTION OP',"
            "'CCSR CATEGORY 1','CCSR CATEGORY 1 DESCRIPTION','CCSR CATEGORY 2','CCSR CATEGORY 2 DESCRIPTION'",
            "'A000',\"Watery disease, old\",'DIG001',\"Gut, all of it\",'DIG001',\"Gut\",'DIG001',\"Gut\",' ',''",
            "'M8008XA','Bone's thing, first','MUS013','Bones','MUS013','Bones','MUS013','Bones','INJ001','Falls, all'",
        ),
        (
            ("ccsr", "A00.0", "default_inpatient_text", "Gut, all of it"),
            ("ccsr", "M80.08XA", "categories", "MUS013=Bones|INJ001=Falls, all"),
        ),
    ),
    "icd10_mappings.csv": Official(
        "HCC mappings",
        {"hcc": 4},
        _text(
            "2026 Midyear Final ICD-10-CM Mappings,,,,,,",
            'Diagnosis Code,Description,"CMS-HCC ESRD\nModel Category\nV24","CMS-HCC\nModel Category\nV28",'
            '"RxHCC\nModel Category\nV08","CMS-HCC Model Category V28 for 2026 Payment Year",Note',
            "A000,Watery disease,,,,No,",
            "E1140,Sugar and nerves,18,37,30,Yes,",
            "I5020,Weak heart,,226.0,,Yes,",
            "1 Notes: whatever,,,,,,",
        ),
        (
            ("hcc", "E11.40", "category", "18"),
            ("hcc", "I50.20", "category", "226"),
            ("hcc", "I50.20", "model", "CMS-HCC V28"),
        ),
    ),
    "table6i.txt": Official(
        "MS-DRG complications list",
        {"cc": 2},
        _text(
            "TABLE 6I.-COMPLETE MCC LIST - FY 2026",
            "Diagnosis Code\tDescription\tPDX Exclusions",
            "A021\tBlood poisoning\t0053",
            "I5021\tWeak heart at once\t0524",
        ),
        (("cc", "I50.21", "level", "MCC"), ("cc", "A02.1", "exclusions", "0053")),
    ),
    "table6j.txt": Official(
        "MS-DRG complications list",
        {"cc": 1},
        _text(
            "TABLE 6J.-COMPLETE CC LIST - FY 2026",
            "Diagnosis Code\tDescription\tPDX Exclusions",
            "I5020\tWeak heart\t0524",
        ),
        (("cc", "I50.20", "level", "CC"),),
    ),
    "rbcs.csv": Official(
        "RBCS",
        {"rbcs": 1},
        _text(
            "HCPCS_Cd,RBCS_ID,RBCS_Cat,RBCS_Cat_Desc,RBCS_Cat_Subcat,RBCS_Subcat_Desc,RBCS_FamNumb,RBCS_Family_Desc,"
            "RBCS_Major_Ind,HCPCS_Cd_Add_Dt,HCPCS_Cd_End_Dt,RBCS_Assignment_Eff_Dt,RBCS_Assignment_End_Dt",
            "0201T,PM022N,P,Procedure,PM,Musculoskeletal,022,Spine,N,07/01/2009,,01/01/2014,12/31/9999",
        ),
        (("rbcs", "0201T", "subcategory_text", "Musculoskeletal"), ("rbcs", "0201T", "added", "2009-07-01")),
    ),
    "2018_I10gem.txt": Official(
        "General Equivalence Mappings",
        {"gem": 3},
        _text("A000    0010  00000", "M8008XA 73313 10000", "Z9999   NoDx  11000"),
        (("gem", "A00.0", "target", "0010"), ("gem", "M80.08XA", "approximate", "1"), ("gem", "Z99.99", "no_map", "1")),
    ),
    "2018_I9gem.txt": Official(
        "General Equivalence Mappings",
        {"gem": 2},
        _text("0010  A000    00000", "73313 M8008XA 10111"),
        (("gem", "0010", "target", "A00.0"), ("gem", "73313", "scenario", "1")),
    ),
    "article_x_hcpc_code.csv": Official(
        "Medicare coverage articles",
        {"coverage": 2},
        _text(
            '"article_id","article_version","hcpc_code_id","hcpc_code_version","hcpc_code_group","range"',
            '"52840","7","0201T","1","1",""',
            '"52840","7","0200T","1","1",""',
        ),
        (("coverage", "0201T", "article", "52840"),),
    ),
    "article_x_icd10_covered.csv": Official(
        "Medicare coverage articles",
        {"coverage": 2},
        _text(
            '"article_id","article_version","icd10_code_id","icd10_code_version","icd10_covered_group","range"',
            '"52840","7","M80.08XA","1","1",""',
            '"52841","1","S32.10XA","1","1",""',
        ),
        (("coverage", "M80.08XA", "kind", "diagnosis"),),
    ),
    "HCPC2020_ANWEB.txt": Official(
        "HCPCS Level II (text)",
        {"hcpcs": 3, "hcpcs_modifiers": 1},
        _hcpcs(),
        (
            ("hcpcs", "A0001", "unlisted", "yes"),
            ("hcpcs", "A0002", "terminated", "2019-12-31"),
            ("hcpcs", "A0002", "quotes_cpt", "yes"),
            ("hcpcs", "J0003", "betos", "O1E"),
            ("hcpcs", "J0003", "quotes_cpt", ""),
            ("hcpcs_modifiers", "AX", "long", "Item of one kind and of another"),
        ),
    ),
    "HCPC2026_OCT_ANWEB.csv": Official(
        "HCPCS Level II (table)",
        {"hcpcs": 2, "hcpcs_modifiers": 1},
        _hcpcs_table(),
        (
            ("hcpcs", "A0001", "tos", "P S"),
            ("hcpcs", "A0002", "terminated", "2025-12-31"),
            ("hcpcs_modifiers", "AX", "long", "Item of one kind, or another"),
        ),
    ),
    "icd10cm_order_2026.txt": Official(
        "ICD-10 order file",
        {"icd10cm_order": 3},
        _order(),
        (("icd10cm_order", "A000", "billable", "1"), ("icd10cm_order", "M80.08XA", "long", "Bone thing, initial")),
    ),
    "icd10pcs_order_2026.txt": Official(
        "ICD-10 order file",
        {"icd10pcs_order": 3},
        _pcs_order(),
        (("icd10pcs_order", "001", "billable", "0"), ("icd10pcs_order", "00160ZB", "long", "Bypass Ventricle, Open")),
    ),
    "icd10cm_codes_2026.txt": Official(
        "ICD-10 codes file",
        {"icd10cm_order": 3},
        _text("A000    Watery disease, old", "A001    Watery disease, new", "M8008XA Bone thing, initial"),
        (("icd10cm_order", "M8008XA", "long", "Bone thing, initial"),),
    ),
    "icd10cm_order_addenda_2026.txt": Official(
        "ICD-10-CM addenda",
        {"icd10cm_addenda": 4},
        _text(
            "Add:         00012 A0102   1 New disease",
            "Delete:      00013 A0103   1 Old disease",
            "Revise from: 00014 A0104   1 Some disease",
            "Revise to:   00014 A0104   1 Some other disease",
        ),
        (("icd10cm_addenda", "A01.03", "action", "delete"),),
    ),
    "icd10cm_conversion_table_2026.csv": Official(
        "ICD-10-CM conversion table",
        {"icd10cm_conversion": 3},
        _text(
            "Current code assignment,Effective,Previous Code(s) Assignment",
            'A0471,2017,"A047"',
            'C8A01,10/1/2025,"C831 and C832"',
        ),
        (
            ("icd10cm_conversion", "A04.71", "effective", "2016-10-01"),
            ("icd10cm_conversion", "C8A.01", "previous", "C83.1"),
        ),
    ),
    "icd10cm_index_2026.xml": Official(
        "ICD-10-CM index or table",
        {"icd10cm_index": 5},
        INDEX.encode(),
        (
            ("icd10cm_index", "A79.0", "term", "Fever, trench"),
            ("icd10cm_index", "A68", "as_written", "A68.-"),
            ("icd10cm_index", "E85.4", "manifestation", "I43"),
            ("icd10cm_index", "R50.9", "nonessential", "(inanition)"),
            ("icd10cm_index", "", "see", "Brucellosis"),
        ),
    ),
    "icd10cm_eindex_2026.xml": Official(
        "ICD-10-CM index or table",
        {"icd10cm_eindex": 3},
        EINDEX.encode(),
        (("icd10cm_eindex", "W57", "see_also", "Sting"),),
    ),
    "icd10cm_neoplasm_2026.xml": Official(
        "ICD-10-CM index or table",
        {"icd10cm_neoplasm": 5},
        NEOPLASM.encode(),
        (
            ("icd10cm_neoplasm", "D36.9", "column", "Benign"),
            ("icd10cm_neoplasm", "C76", "term", "Neoplasm, neoplastic, wall"),
        ),
    ),
    "icd10cm_drug_2026.xml": Official(
        "ICD-10-CM index or table",
        {"icd10cm_drugs": 3},
        DRUGS.encode(),
        (("icd10cm_drugs", "T49.0X5", "column", "Adverse effect"),),
    ),
    "icd10cm_tabular_2026.xml": Official(
        "ICD-10-CM tabular list",
        {"icd10cm_tabular": 4},
        TABULAR.encode(),
        (
            ("icd10cm_tabular", "A00.0", "inclusion", "Old one | Elder"),
            ("icd10cm_tabular", "A00.0", "sevenths", "A=initial"),
            ("icd10cm_tabular", "A00", "excludes1", "dry disease (A01.0)"),
        ),
    ),
    "icd10pcs_tables_2026.xml": Official(
        "ICD-10-PCS tables",
        {"icd10pcs_tables": 1},
        PCS_TABLES.encode(),
        (
            ("icd10pcs_tables", "001", "operation", "Bypass"),
            ("icd10pcs_tables", "001", "axis5", "0=Open|3=Percutaneous"),
        ),
    ),
    "icd10pcs_index_2026.xml": Official(
        "ICD-10-PCS index",
        {"icd10pcs_index": 3},
        PCS_INDEX.encode(),
        (("icd10pcs_index", "0016", "term", "Bypass, Ventricle"),),
    ),
    "icd10pcs_definitions_2026.xml": Official(
        "ICD-10-PCS definitions",
        {"icd10pcs_definitions": 1},
        PCS_DEFINITIONS.encode(),
        (("icd10pcs_definitions", "0.3", "definition", "Around it"),),
    ),
    "LONGULT.txt": Official(
        "CPT long descriptors (LONGULT)",
        {"cpt_long": 3},
        _text(
            "Words with copyright 2026 of the American Medical Association",
            "",
            "00001\tOne (our words)",
            "0201T\tTwo",
            "99999\tThree",
        ),
        (("cpt_long", "0201T", "text", "Two"),),
        AMA,
    ),
    "LONGULF.txt": Official(
        "CPT long descriptors (LONGULF)",
        {"cpt_long": 2},
        _text("0000101 One long", "0000102 thing", "0201T01 Two", "0201T02 and more"),
        (("cpt_long", "00001", "text", "One long thing"), ("cpt_long", "0201T", "text", "Two and more")),
        AMA,
    ),
    "MEDU.txt": Official(
        "CPT medium descriptors (MEDU)",
        {"cpt_medium": 3},
        _text("00001 ONE OF OUR OWN MIDDLING DESCRIPTORS", "0201T TWO OF OUR OWN", "99999 THREE OF OUR OWN"),
        (("cpt_medium", "0201T", "text", "TWO OF OUR OWN"),),
        AMA,
    ),
    "SHORTU.txt": Official(
        "CPT short descriptors (SHORTU)",
        {"cpt_short": 3},
        _text("00001 ONE OF OURS", "0201T TWO OF OURS", "99999 THREE OF OURS"),
        (("cpt_short", "0201T", "text", "TWO OF OURS"),),
        AMA,
    ),
    "ConsumerDescriptor.txt": Official(
        "CPT consumer descriptors",
        {"cpt_consumer": 3},
        _text("1000001\t00001\tOne", "1000002\t0201T\tTwo", "1000003\t99999\tThree"),
        (("cpt_consumer", "0201T", "text", "Two"),),
        AMA,
    ),
    "ClinicianDescriptor.txt": Official(
        "CPT clinician descriptors",
        {"cpt_clinician": 3},
        _text("1000001\t00001\t11\tOne", "1000002\t0201T\t12\tTwo", "1000003\t99999\t13\tThree"),
        (("cpt_clinician", "0201T", "text", "Two"),),
        AMA,
    ),
    "MODUL.txt": Official(
        "CPT modifiers",
        {"cpt_modifiers": 3},
        _text("26\tOur professional part\tWords", "50\tOur two sides\tWords", "59\tOur distinct service\tWords"),
        (("cpt_modifiers", "59", "title", "Our distinct service"),),
        AMA,
    ),
    "consolidated.txt": Official(
        "CPT consolidated code list",
        {"cpt_long": 2, "cpt_medium": 2, "cpt_short": 2},
        _text(
            "Concept Id\tCPT Code\tLong\tMedium\tShort",
            "1\t00001\tOne long\tONE MED\tONE",
            "2\t0201T\tTwo long\tTWO MED\tTWO",
        ),
        (("cpt_long", "0201T", "text", "Two long"), ("cpt_short", "00001", "text", "ONE")),
        AMA,
    ),
    "payer.csv": Official(
        "a payer's policies",
        {"payer": 2},
        _text(
            "payer,code,topic,policy,effective_from,effective_to",
            "Acme,0201T,coverage,Ask before,2026-01-01,",
            "Acme,M8008XA,coverage,Never alone,,2025-12-31",
        ),
        (("payer", "0201T", "policy", "Ask before"), ("payer", "M80.08XA", "effective_to", "2025-12-31")),
    ),
}
