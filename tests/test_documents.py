"""Documents of one note a file: HTML, RTF, Word, PDF, C-CDA. What is read, as which part, and what is refused."""

from __future__ import annotations

import builtins
import io
import zipfile

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteproc.errors import ReadError
from noteproc.files.document import Document
from noteproc.files.documents import document_of
from noteproc.files.html import html_text
from noteproc.files.kinds import Kind, kind_of
from noteproc.records import Note
from tests.filemakers import W, make_cda, make_docx, make_pdf, packed, paragraph, section


def read(data: bytes, kind: Kind | None = None) -> Note:
    return document_of(data, kind).note("n")


def parts(note: Note) -> dict[str, str]:
    return {p.name: note.text[p.start : p.end] for p in note.parts}


@pytest.mark.parametrize(
    "head, suffix, kind",
    [
        (b"%PDF-1.7", ".txt", "pdf"),
        (b"{\\rtf1 x}", ".doc", "rtf"),
        (b"PK\x03\x04", ".bin", "docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".docx", "word"),
        (b"\x0bMSH|^~\\&|", "", "hl7"),
        ("\ufeffMSH|^~\\&|".encode("utf-16-le"), ".txt", "hl7"),
        (b"X-Sent: yes\r\n%PDF-1.7", ".txt", "pdf"),
        (b"The scan begins with %PDF-1.4, says the clerk", ".txt", "text"),
        (b"PAR1\x15\x04", "", "parquet"),
        (b"PAR1 antagonist stopped", ".txt", "text"),
        (b"MSHA is a word", ".txt", "text"),
        (b"MSH^LAB^CARDIO quoted", ".txt", "text"),
        (b"MSH note without separators", ".hl7", "hl7"),
        (b'{"resourceType": "Bundle"', ".jsonl", "fhir"),
        (b'{"text": "resourceType"}', ".jsonl", "jsonl"),
        (b'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3">', ".txt", "cda"),
        (b"<?xml version='1.0'?><other/>", ".txt", "xml"),
        (b"<!DOCTYPE html><html>", "", "html"),
        (b"< 5 mg", ".txt", "text"),
        (b"BP 120/80", ".csv", "csv"),
        (b"BP 120/80", "", None),
        (b"\x89PNG\r\n", ".png", "image"),
    ],
)
def test_a_file_is_what_it_begins_as(head: bytes, suffix: str, kind: str | None) -> None:
    assert kind_of(head, suffix) == kind


@pytest.mark.parametrize(
    "markup, text, pictures",
    [
        ("<p>John&nbsp;<b>Doe</b>,\n 5 &lt; 6</p><p>two</p>", "John\xa0Doe, 5 < 6\ntwo", 0),
        ("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>", "A | B\n1 | 2", 0),
        ("<script>var Zebediah</script><style>x</style>a<!-- Zebediah --><img alt='Zebediah'>b", "ab", 1),
        ("<pre>a  b\n c</pre>", "a  b\n c", 0),
        ("temp < 101 & rising", "temp < 101 & rising", 0),
        ("<p>cut off <b", "cut off", 0),
    ],
)
def test_html(markup: str, text: str, pictures: int) -> None:
    shown, _, found = html_text(markup)
    assert (shown.strip(), found) == (text, pictures)


@given(st.text(alphabet='<>/abptrd&;# \n"=!-', max_size=60))
def test_every_stretch_of_a_page_leads_back(markup: str) -> None:
    text, trace, _ = html_text(markup)
    for i, character in enumerate(text):
        start, end = trace.to_source(i, i + 1)
        assert 0 <= start <= end <= len(markup)
        assert end - start != 1 or markup[start] == character or character == " "


RTF = (
    b"{\\rtf1\\ansi\\ansicpg1252\\uc1{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset204 Cyr;}}"
    b"{\\info{\\author Jane Smith}{\\title A report}}{\\header MRN 00448812\\par}{\\footer page 1}"
    b"\\pard Caf\\'e9 \\u8211? dash\\par {\\f1 \\'cf\\'ee}\\par{\\*\\unknown hidden}"
    b'{\\field{\\*\\fldinst HYPERLINK "http://x"}{\\fldrslt link text}}\\line{\\deleted gone words}'
    b"{\\pict\\pngblip 89504e47}a\\cell b\\cell\\row body{\\footnote a note}\\u-10179?\\u-8704? end}"
)


def test_rtf() -> None:
    note = read(RTF)
    found = parts(note)
    assert found["header"] == "MRN 00448812"
    assert found["footer"] == "page 1"
    assert found["body"].split("\n")[:2] == ["Café – dash", "По"]
    assert "link text" in found["body"]
    assert "a | b\nbody\U0001f600 end" in found["body"]
    assert found["footnote"] == "a note"
    assert found["deletions"] == "gone words"
    assert found["property author"] == "Author: Jane Smith"
    assert note.metadata["known:OTHER_NAME"] == "Jane Smith"
    assert note.metadata["images"] == "1"
    assert not [word for word in ("hidden", "HYPERLINK", "8950", "Arial") if word in note.text]


@given(
    st.lists(
        st.sampled_from([b"{", b"}", b"\\par ", b"\\'e9", b"\\u955?", b"\\bin3 ", b"a", b"\\*", b"\\header ", b"\\"])
    )
)
def test_no_rtf_stops_the_reader(tokens: list[bytes]) -> None:
    document_of(b"{\\rtf1 " + b"".join(tokens), "rtf")


def test_word_reads_everything_that_holds_words() -> None:
    deleted = '<w:p><w:del w:author="Editor One"><w:r><w:delText>old dose</w:delText></w:r></w:del>'
    body = (
        paragraph("Acute appendicitis.")
        + deleted
        + '<w:ins w:author="Editor Two"><w:r><w:t>new</w:t><w:tab/><w:t>dose</w:t></w:r></w:ins></w:p>'
        + f"<w:tbl><w:tr><w:tc>{paragraph('Name')}</w:tc><w:tc>{paragraph('Ann')}</w:tc></w:tr></w:tbl>"
        + '<w:p><w:r><w:instrText>HYPERLINK "mailto:x@y.org"</w:instrText><w:t>mail</w:t></w:r></w:p>'
    )
    comment = f'<w:comment w:author="Dr. Rao">{paragraph("check")}</w:comment>'
    members: dict[str, str | bytes] = {
        "word/header1.xml": f"<w:hdr {W}>{paragraph('MRN 00448812')}</w:hdr>",
        "word/footer1.xml": f"<w:ftr {W}>{paragraph('page')}</w:ftr>",
        "word/footnotes.xml": f"<w:footnotes {W}><w:footnote>{paragraph('a note')}</w:footnote></w:footnotes>",
        "word/comments.xml": f"<w:comments {W}>{comment}</w:comments>",
        "word/media/image1.png": b"\x89PNG",
        "docProps/core.xml": '<p xmlns:dc="d"><dc:creator>Jane Smith</dc:creator><revision>3</revision></p>',
        "docProps/custom.xml": '<p><property name="Chart">C-77120</property></p>',
    }
    note = read(make_docx(body, members))
    found = parts(note)
    assert found["header"] == "MRN 00448812"
    assert found["body"] == "Acute appendicitis.\nnew\tdose\nName | Ann\nmail"
    assert (found["footer"], found["footnote"], found["comment"]) == ("page", "a note", "check")
    assert found["deletions"] == "old dose"
    assert found["property creator"] == "creator: Jane Smith"
    assert found["property Chart"] == "Chart: C-77120"
    assert set(note.metadata["known:OTHER_NAME"].split("\n")) == {"Editor One", "Editor Two", "Dr. Rao", "Jane Smith"}
    assert note.metadata["images"] == "1"
    assert "mailto" not in note.text


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as member:
        for _ in range(130):
            member.write(bytes(1 << 20))
    return held.getvalue()


@pytest.mark.parametrize(
    "data, words",
    [
        (b"PK\x03\x04 cut off", "damaged"),
        (make_docx("")[:-40], "damaged"),
        (make_docx("<w:p>"), "not well-formed XML"),
        (make_docx("", {"word/header1.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "declares a document type"),
        (make_docx("<w:p>" * 300 + "</w:p>" * 300), "nested too deeply"),
        (make_docx(""), "holds no text"),
        (make_docx("", {"word/media/i.png": b"x"}), "holds no text, only 1 image"),
    ],
)
def test_word_that_cannot_be_read(data: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        read(data)


def test_a_zip_bomb_and_a_zip_of_something_else() -> None:
    with pytest.raises(ReadError, match="unpacks to more than 128 MB"):
        read(bomb())
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("Zebediah.txt", "x")
    with pytest.raises(ReadError, match="holds no Word document"):
        read(held.getvalue())


def test_pdf() -> None:
    note = read(make_pdf(["Acute appendicitis.\nMRN 00448812", "", "Plan: rest"], properties={"Author": "Jane Smith"}))
    found = parts(note)
    assert found["page 1"] == "Acute appendicitis.\nMRN 00448812"
    assert found["page 3"] == "Plan: rest"
    assert found["page 2: no text layer (image, not read)"] == ""
    assert note.metadata["pages_without_text"] == "1"
    assert note.metadata["known:OTHER_NAME"] == "Jane Smith"
    assert parts(read(make_pdf(["x"], comment="call Ann")))["page 1, comment"] == "call Ann"


def encrypted(password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make_pdf(["Acute appendicitis"])))
    writer.encrypt(password, "owner", algorithm="AES-256")
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def test_a_pdf_that_asks_for_a_password() -> None:
    with pytest.raises(ReadError, match="protected by a password"):
        read(encrypted("secret"))
    assert "appendicitis" in read(encrypted("")).text


@pytest.mark.parametrize(
    "data, words",
    [
        (make_pdf(["", ""]), "no text layer: its 2 pages are pictures"),
        (make_pdf(["x"])[:100], "damaged or not a PDF"),
        (b"%PDF-1.4", "damaged or not a PDF"),
    ],
)
def test_pdf_that_cannot_be_read(data: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        read(data)


def test_a_damaged_pdf_is_not_quoted_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ReadError):
        read(b"Smith\n" + make_pdf(["x"])[:100])
    assert caplog.records == []


def test_pdf_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    known = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.startswith("pypdf"):
            raise ImportError(name)
        return known(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ReadError, match=r"pip install 'noteproc\[pdf\]'"):
        read(make_pdf(["x"]))


HEADER = (
    '<effectiveTime value="20250314"/><recordTarget><patientRole><id root="1.2" extension="00448812"/>'
    '<id root="2.16.840.1.113883.4.1" extension="123-45-6789"/>'
    "<addr><streetAddressLine>12 Oak Street</streetAddressLine><city>Dover</city></addr>"
    '<telecom value="tel:+1(603)555-0172"/><patient><name><given>Zebediah</given><family>Quartermain</family></name>'
    '<administrativeGenderCode code="M"/><birthTime value="19470211"/>'
    "<guardian><guardianPerson><name><given>Ada</given><family>Quartermain</family></name></guardianPerson></guardian>"
    "</patient></patientRole></recordTarget><author><assignedAuthor>"
    '<id root="2.16.840.1.113883.4.6" extension="1234567890"/><assignedPerson><name>Dr. Priya Patel</name>'
    "</assignedPerson><representedOrganization><name>Lakeshore Clinic</name></representedOrganization>"
    '</assignedAuthor></author><participant typeCode="IND"><associatedEntity><associatedPerson><name>'
    "<given>Joan</given><family>Whitfield</family></name></associatedPerson></associatedEntity></participant>"
)


def test_a_clinical_document() -> None:
    head = "<thead><tr><th>Problem</th><th>Status</th></tr></thead>"
    table = f"<table>{head}<tbody><tr><td>HTN</td><td>stable</td></tr></tbody></table>"
    body = section("Problems", table + "<list><item>Asthma</item></list>") + section(
        "Plan", "<paragraph>Rest,<br/>fluids</paragraph><renderMultiMedia/>"
    )
    note = read(make_cda(body, header=HEADER))
    assert note.text == "Note\n\nProblems\nProblem | Status\nHTN | stable\n- Asthma\n\nPlan\nRest,\nfluids"
    assert [p.name for p in note.parts] == ["title", *["section Problems"] * 2, *["section Plan"] * 2]
    told = note.metadata
    assert told["known:PATIENT_NAME"] == "Zebediah Quartermain"
    assert told["known:OTHER_NAME"] == "Ada Quartermain\nJoan Whitfield"
    assert told["known:CLINICIAN_NAME"] == "Dr. Priya Patel"
    assert told["known:FACILITY"] == "Lakeshore Clinic"
    assert told["known:US_SSN"] == "123-45-6789"
    assert told["known:LICENSE_NUMBER"] == "1234567890"
    assert (told["patient_id"], told["sex"], told["age"], told["images"]) == ("00448812", "M", "78", "1")


def test_a_body_that_is_no_xml() -> None:
    pdf = packed(make_pdf(["From a PDF"]))
    data = make_cda("").replace(
        b"<structuredBody></structuredBody>",
        f'<nonXMLBody><text representation="B64">{pdf}</text></nonXMLBody>'.encode(),
    )
    assert read(data).text == "Note\n\nFrom a PDF"


@pytest.mark.parametrize(
    "data, words",
    [
        (make_cda("", doctype='<!DOCTYPE x [<!ENTITY a "b">]>'), "declares a document type"),
        (make_cda("")[:-30], "not well-formed XML"),
        (b"<?xml version='1.0'?><ClinicalDocument/>", "holds no text"),
        (b"<?xml version='1.0'?><Zebediah/>", "no clinical document"),
        (make_cda("<component>" * 300 + "</component>" * 300), "nested too deeply"),
    ],
)
def test_a_clinical_document_that_cannot_be_read(data: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words) as caught:
        read(data)
    assert "Zebediah" not in str(caught.value)


@pytest.mark.parametrize("kind", ["text", "html", "rtf", "docx", "pdf", "cda", "word", "image", "xml"])
@given(data=st.binary(max_size=80))
def test_any_bytes_give_a_document_or_one_clear_reason(kind: Kind, data: bytes) -> None:
    try:
        assert isinstance(document_of(data, kind), Document)
        message = ""
    except ReadError as error:
        message = str(error)
    assert len(message) < 140
