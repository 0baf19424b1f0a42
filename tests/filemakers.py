"""Small files of every format, made on the spot."""

from __future__ import annotations

import base64
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def make_pdf(pages: Sequence[str], *, properties: Mapping[str, str] | None = None, comment: str = "") -> bytes:
    """A PDF with one line of text a line of each page; an empty page has no text layer."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    for page in pages:
        lines = b" ".join(b"(" + line.encode("latin-1") + b") Tj 0 -14 Td" for line in page.split("\n"))
        stream = zlib.compress(b"BT /F1 12 Tf 72 720 Td " + lines + b" ET" if page else b"")
        content = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream)
        objects.append(content)
        notes = b""
        if comment:
            objects.append(b"<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (" + comment.encode() + b") >>")
            notes = b" /Annots [%d 0 R]" % len(objects)
        content_number = len(objects) - (1 if comment else 0)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 %s >> >>"
            b" /Contents %d 0 R%s >>" % (font, content_number, notes)
        )
        kids.append(len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % k for k in kids))
    info = b""
    if properties:
        objects.append(b"<< %s >>" % b" ".join(b"/%s (%s)" % (k.encode(), v.encode()) for k, v in properties.items()))
        info = b" /Info %d 0 R" % len(objects)
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, info, start)
    return bytes(out)


def make_docx(body: str, members: Mapping[str, str | bytes] | None = None) -> bytes:
    """A Word document: ``body`` is what stands inside ``w:body``."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        for name, content in (members or {}).items():
            archive.writestr(name, content)
    return held.getvalue()


def paragraph(text: str) -> str:
    """A paragraph of a Word document."""
    return f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def make_cda(sections: str, *, header: str = "", doctype: str = "") -> bytes:
    """A clinical document."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Note</title>'
        f"{header}<component><structuredBody>{sections}</structuredBody></component></ClinicalDocument>"
    ).encode()


def section(title: str, text: str) -> str:
    """A section of a clinical document."""
    return f"<component><section><title>{title}</title><text>{text}</text></section></component>"


def packed(text: str | bytes) -> str:
    """Base 64."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def document_reference(text: str | bytes, kind: str = "text/plain", **more: object) -> dict[str, object]:
    """A DocumentReference with one attachment."""
    content = [{"attachment": {"contentType": kind, "data": packed(text)}}]
    return {"resourceType": "DocumentReference", "id": "d1", "status": "current", "content": content, **more}


def bundle(*resources: Mapping[str, object]) -> bytes:
    """A Bundle."""
    entries = [{"fullUrl": f"https://h.example/{r['resourceType']}/{r.get('id')}", "resource": r} for r in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, indent=1).encode()


PATIENT: dict[str, object] = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "00448812"}],
    "name": [{"family": "Quartermain", "given": ["Zebediah", "Alva"]}],
    "gender": "male",
    "birthDate": "1947-02-11",
    "telecom": [{"system": "phone", "value": "603-555-0172"}, {"system": "email", "value": "zq@example.org"}],
    "address": [{"line": ["12 Oak Street"], "city": "Dover", "state": "NH", "postalCode": "03820"}],
}

HL7 = (
    "MSH|^~\\&|RAD|LAKESHORE RADIOLOGY|EHR|GH|20250314101500||ORU^R01|M1|P|2.5.1\r"
    "PID|1||00448812^^^GH^MR||QUARTERMAIN^ZEBEDIAH^A||19470211|M|||12 OAK STREET^APT 2^DOVER^NH^03820||(603)555-0172\r"
    "NK1|1|QUARTERMAIN^ADA|SPO\r"
    "PV1|1|I|4W^401^A^LAKESHORE||||1234567890^PATEL^PRIYA||||||||||||V7788991\r"
    "OBR|1|P100200|F300400|71020^CHEST XRAY 2 VIEWS^L|||20250314090000||||||||||||||||||||||||R05^cough\r"
    "OBX|1|TX|IMP^Impression||Mr. Quartermain has pneumonia\\.br\\of the right \\T\\ left lobe.||||||F\r"
    "OBX|2|TX|IMP^Impression||Seen by Dr. Patel~on 3/14/2025.||||||F\r"
    "OBX|3|NM|718-7^Hemoglobin||12.3|g/dL|||||F\r"
    "OBX|4|FT|REC^Recommendation||Call \\X4D\\rs. Quartermain||||||F\r"
    "NTE|1||Hypertension is stable.\r"
)
