"""Clinical documents (C-CDA): the narrative of each section, and who is named in the header.

Source: HL7 CDA R2 (2005); Consolidated CDA templates R2.1.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from noteproc.errors import ReadError
from noteproc.files.document import Document, age_on, date_forms, joined
from noteproc.files.documents import document_of
from noteproc.files.markup import local, parse_xml

_LINES = frozenset({"paragraph", "item", "caption", "table", "tr", "list", "thead", "tbody", "tfoot", "br", "footnote"})
_ROLES = {  # the element around a person, and what the person is
    "author": "CLINICIAN_NAME", "dataEnterer": "OTHER_NAME", "informant": "OTHER_NAME",
    "informationRecipient": "CLINICIAN_NAME", "legalAuthenticator": "CLINICIAN_NAME", "authenticator": "CLINICIAN_NAME",
    "performer": "CLINICIAN_NAME", "encounterParticipant": "CLINICIAN_NAME", "responsibleParty": "CLINICIAN_NAME",
    "participant": "OTHER_NAME", "custodian": "OTHER_NAME",
}  # fmt: skip
_INPATIENT = frozenset({"IMP", "ACUTE", "NONAC"})
_SSN_ROOT = "2.16.840.1.113883.4.1"
_NPI_ROOT = "2.16.840.1.113883.4.6"


def cda_document(data: bytes) -> Document:
    """The document in a C-CDA file.

    Raises:
        ReadError: it is not well-formed, no clinical document, or has no narrative.
    """
    root = parse_xml(data)
    if local(root.tag) != "ClinicalDocument":
        raise ReadError("is XML, but no clinical document (C-CDA)")
    document = Document()
    title = _first(root, "title")
    if title is not None and (shown := _plain(title)):
        document.add("title", shown)
    for component in _all(root, "component"):
        body = _first(component, "structuredBody")
        for section in _sections(body) if body is not None else ():
            _section(section, document)
        other = _first(component, "nonXMLBody")
        if other is not None:
            _foreign(_first(other, "text"), document)
    _patient(root, document)
    for element in root:
        if local(element.tag) not in ("component", "recordTarget"):
            _people(element, _ROLES.get(local(element.tag), "OTHER_NAME"), document)
    _visit(root, document)
    return document


def _sections(body: Element) -> Iterator[Element]:
    for component in _all(body, "component"):
        yield from _all(component, "section")


def _section(section: Element, document: Document, depth: int = 0) -> None:
    title, text = _first(section, "title"), _first(section, "text")
    heading = _plain(title) if title is not None else ""
    name = f"section {heading}" if heading else "section"
    if heading:
        document.add(name, heading, gap="\n\n")
    if text is not None:
        pieces: list[str] = []
        _narrative(text, pieces, document)
        shown = re.sub(r"[ \t]*\n[ \t\n]*", "\n", "".join(pieces)).strip()
        if shown:
            document.add(name, shown, gap="\n" if heading else "\n\n")
    for inner in _sections(section):
        _section(inner, document, depth + 1)


def _narrative(element: Element, pieces: list[str], document: Document) -> None:
    cells = 0
    name = local(element.tag)
    _put(pieces, element.text)
    for child in element:
        inner = local(child.tag)
        if inner in _LINES and inner != "br":
            pieces.append("\n")
        if inner in ("td", "th"):
            if cells:
                pieces.append(" | ")
            cells += 1
        if inner == "renderMultiMedia":
            document.images += 1
        elif inner == "br":
            pieces.append("\n")
        elif inner == "item" and name == "list":
            pieces.append("- ")
        _narrative(child, pieces, document)
        if inner in _LINES:
            pieces.append("\n")
        _put(pieces, child.tail)


def _put(pieces: list[str], text: str | None) -> None:
    if not text:
        return
    shown = re.sub(r"\s+", " ", text)
    if shown == " " and (not pieces or pieces[-1].endswith(("\n", " "))):
        return
    pieces.append(shown)


def _foreign(text: Element | None, document: Document) -> None:
    """A body that is no XML: text, or an attachment in base 64."""
    if text is None:
        return
    if text.get("representation") == "B64":
        try:
            data = base64.b64decode("".join((text.text or "").split()), validate=True)
        except (binascii.Error, ValueError):
            raise ReadError("has a body that is not valid base 64") from None
        document.absorb(document_of(data), "body", gap="\n\n")
    elif shown := (text.text or "").strip():
        document.add("body", shown, gap="\n\n")


def _patient(root: Element, document: Document) -> None:
    record = _first(root, "recordTarget")
    role = _first(record, "patientRole") if record is not None else None
    if role is None:
        return
    for number in _all(role, "id"):
        kind = "US_SSN" if number.get("root") == _SSN_ROOT else "MEDICAL_RECORD_NUMBER"
        document.know(kind, number.get("extension", ""))
        if kind == "MEDICAL_RECORD_NUMBER":
            document.tell("patient_id", number.get("extension", ""))
    _places(role, document)
    person = _first(role, "patient")
    if person is not None:
        _names(person, "PATIENT_NAME", document)
        birth = _first(person, "birthTime")
        document.know("DATE", *date_forms(birth.get("value", "") if birth is not None else ""))
        sex = _first(person, "administrativeGenderCode")
        if sex is not None and sex.get("code") in ("F", "M"):
            document.tell("sex", sex.get("code", ""))
        for guardian in _all(person, "guardian"):
            _people(guardian, "OTHER_NAME", document)
    organization = _first(role, "providerOrganization")
    if organization is not None:
        _people(organization, "OTHER_NAME", document)


def _people(element: Element, role: str, document: Document) -> None:
    """Names, numbers and addresses of everybody below an element of the header."""
    for child in element.iter():
        name = local(child.tag)
        if name.endswith(("Person", "Author", "assignedEntity", "associatedEntity", "guardianPerson")):
            _names(child, _ROLES.get(local(element.tag), role), document)
        elif name.endswith("Organization") or name in ("Organization", "location", "healthCareFacility"):
            for named in _all(child, "name"):
                document.know("FACILITY", _plain(named))
        if name == "id" and child.get("root") == _NPI_ROOT:
            document.know("LICENSE_NUMBER", child.get("extension", ""))
        _places(child, document)


def _names(person: Element, role: str, document: Document) -> None:
    for name in _all(person, "name"):
        given = [_plain(g) for g in _all(name, "given")]
        family = [_plain(f) for f in _all(name, "family")]
        document.know(role, joined(*given, *family) or _plain(name))


def _places(element: Element, document: Document) -> None:
    for address in _all(element, "addr"):
        for line in _all(address, "streetAddressLine"):
            document.know("STREET_ADDRESS", _plain(line))
        for city in _all(address, "city"):
            document.know("CITY", _plain(city))
        for code in _all(address, "postalCode"):
            document.know("ZIP_CODE", _plain(code))
    for telecom in _all(element, "telecom"):
        kind, _, value = telecom.get("value", "").partition(":")
        if kind == "mailto":
            document.know("EMAIL_ADDRESS", value)
        elif sum(c.isdigit() for c in value) >= 7:
            document.know("FAX_NUMBER" if kind == "fax" else "PHONE_NUMBER", value)


def _visit(root: Element, document: Document) -> None:
    day = ""
    for component in _all(root, "componentOf"):
        for encounter in _all(component, "encompassingEncounter"):
            for number in _all(encounter, "id"):
                document.know("ACCOUNT_NUMBER", number.get("extension", ""))
            code = _first(encounter, "code")
            if code is not None and code.get("code", "") in _INPATIENT:
                document.tell("setting", "inpatient")
            time = _first(encounter, "effectiveTime")
            low = _first(time, "low") if time is not None else None
            for stamp in (low, time):
                day = day or (stamp.get("value", "") if stamp is not None else "")
    written = _first(root, "effectiveTime")
    day = day or (written.get("value", "") if written is not None else "")
    forms = date_forms(day)
    if forms:
        document.tell("date_of_service", forms[0])
    birth = next((e.get("value", "") for e in root.iter() if local(e.tag) == "birthTime"), "")
    document.tell("age", age_on(birth, day))


def _first(element: Element, name: str) -> Element | None:
    return next((child for child in element if local(child.tag) == name), None)


def _all(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if local(child.tag) == name)


def _plain(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
