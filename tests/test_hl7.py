"""HL7 v2: what becomes text, what becomes known, and what a broken message costs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteproc.errors import ReadError
from noteproc.files.hl7 import hl7_notes, message_document
from noteproc.files.hl7_messages import Separators, field_table, segments, unescaped
from noteproc.files.inputs import Unreadable
from noteproc.records import Note
from noteproc.redaction.entities import ENTITY_TYPES
from tests.filemakers import HL7, make_pdf, packed


def notes(text: str | bytes) -> list[Note | Unreadable]:
    return list(hl7_notes(text.encode() if isinstance(text, str) else text, "m"))


def only(text: str) -> Note:
    (note,) = notes(text)
    assert isinstance(note, Note)
    return note


def test_a_report_reads_as_a_reader_sees_it() -> None:
    assert only(HL7).text == (
        "CHEST XRAY 2 VIEWS\nReason for study: cough\n\nImpression\nMr. Quartermain has pneumonia\n"
        "of the right & left lobe.\nSeen by Dr. Patel\non 3/14/2025.\nHemoglobin: 12.3 g/dL\n\n"
        "Recommendation\nCall Mrs. Quartermain\nHypertension is stable."
    )


def test_parts_name_their_places_and_stretches_lead_back() -> None:
    note = only(HL7)
    by_name = {p.name: note.text[p.start : p.end] for p in note.parts}
    assert by_name["OBX[2]-5"] == "Seen by Dr. Patel"
    assert by_name["OBX[2]-5[2]"] == "on 3/14/2025."
    assert by_name["NTE[1]-3"] == "Hypertension is stable."
    for word, raw in (("pneumonia\nof", "pneumonia\\.br\\of"), ("Mrs", "\\X4D\\rs"), ("cough", "cough")):
        at = note.text.index(word)
        stretch = next(s for s in message_document(HL7).stretches if s.start <= at < s.end)
        start, end = stretch.trace.to_source(at - stretch.start, at - stretch.start + len(word))
        assert HL7[start:end] == raw


def test_who_is_named_becomes_known() -> None:
    told = only(HL7).metadata
    assert told["known:PATIENT_NAME"] == "ZEBEDIAH A QUARTERMAIN"
    assert told["known:OTHER_NAME"] == "ADA QUARTERMAIN"
    assert told["known:CLINICIAN_NAME"] == "PRIYA PATEL"
    assert told["known:DATE"].split("\n")[:2] == ["1947-02-11", "02/11/1947"]
    assert told["known:PHONE_NUMBER"] == "(603)555-0172"
    assert told["known:STREET_ADDRESS"] == "12 OAK STREET\nAPT 2"
    assert told["known:FACILITY"] == "LAKESHORE RADIOLOGY\nLAKESHORE"
    assert (told["patient_id"], told["sex"], told["setting"]) == ("00448812", "M", "inpatient")
    assert (told["age"], told["date_of_service"]) == ("78", "2025-03-14")


@pytest.mark.parametrize(
    "raw, text",
    [
        ("a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f", "a|b^c&d~e\\f"),
        ("one\\.br\\two\\.sp2\\three", "one\ntwo\n\nthree"),
        ("\\H\\bold\\N\\ \\.in+4\\in", "bold in"),
        ("\\X0D0A\\x\\XC3A9\\", "\nxé"),
        ("C:\\temp\\new", "C:\\temp\\new"),
        ("50\\% of", "50\\% of"),
        ("\\Xzz\\", "\\Xzz\\"),
        ("\\", "\\"),
    ],
)
def test_escapes(raw: str, text: str) -> None:
    assert unescaped(raw, Separators())[0] == text


@given(st.text(alphabet="ab\\FSTREX.br0D|^~&\n ", max_size=40))
def test_every_stretch_of_a_value_has_a_place(raw: str) -> None:
    text, trace = unescaped(raw, Separators(), 5)
    for i in range(len(text)):
        start, end = trace.to_source(i, i + 1)
        assert 5 <= start < end <= 5 + len(raw)
        assert end - start > 1 or raw[start - 5] == text[i]


@given(st.text(alphabet="MSHPIDOBX|^~\\&\r\n\x0b\x1c1T", max_size=120))
def test_no_text_stops_the_reader(text: str) -> None:
    try:
        found = notes("MSH|^~\\&|" + text)
    except ReadError:
        return
    assert found


def test_separators_are_those_of_the_message() -> None:
    text = "MSH*:;!@*A*B\rOBX*1*TX*X:Impression**one!T!two!F!three;four\r"
    assert only(text).text == "one@two*three\nfour"
    assert segments(text)[1].value(3, 2) == "Impression"


def test_a_batch_on_a_wire_has_many_messages_and_a_bad_one_costs_itself() -> None:
    bad = "MSH|\rOBX|1|TX|||Zebediah\r"
    empty = HL7.split("OBR")[0]
    found = notes(
        "FHS|^~\\&|A\rBHS|^~\\&|A\r\x0b" + HL7 + "\x1c\r\x0b" + bad + "\x1c\r" + empty + HL7 + "BTS|4\rFTS|1\r"
    )
    assert [type(n).__name__ for n in found] == ["Note", "Unreadable", "Unreadable", "Note"]
    assert isinstance(found[1], Unreadable)
    assert isinstance(found[2], Unreadable)
    assert found[1] == Unreadable("m/000002", "has a header without separators")
    assert found[2].message == "holds no text"


def test_line_feeds_inside_a_field_and_between_segments(tmp_path: Path) -> None:
    path = tmp_path / "m.hl7"
    path.write_bytes(HL7.replace("\r", "\r\n").replace("\\.br\\", "\r\n").encode("cp1252"))
    (note,) = hl7_notes(path, "m")
    assert isinstance(note, Note)
    assert "pneumonia\r\nof the right & left lobe." in note.text
    assert note.text.endswith("Hypertension is stable.")


def test_attachments_are_read_or_say_why_not() -> None:
    head = HL7.split("OBX")[0]
    good = head + f"OBX|1|ED|PDF||^application^pdf^Base64^{packed(make_pdf(['Acute appendicitis']))}\r"
    assert "Acute appendicitis" in only(good).text
    for data, words in (("!!!", "not valid base 64"), (packed(b"%PDF-1.4 nothing"), "an attachment that is damaged")):
        (lost,) = notes(head + f"OBX|1|ED|PDF||^application^pdf^Base64^{data}\r")
        assert isinstance(lost, Unreadable)
        assert words in lost.message


def test_a_file_without_a_message_is_refused() -> None:
    with pytest.raises(ReadError, match="no message"):
        notes("FHS|^~\\&|A\r")


def test_every_row_of_the_field_table_is_of_a_known_kind() -> None:
    kinds = {"CE", "CX", "FT", "HD", "NDL", "PL", "ST", "TS", "XAD", "XCN", "XON", "XPN", "XTN", "keep"}
    for place, told in field_table().items():
        assert told.kind in kinds, place
        assert told.holds in (*ENTITY_TYPES, "text", "keep"), place


def test_a_heading_in_a_text_is_no_segment() -> None:
    message = "MSH|^~\\&|E\rPID|1\rOBX|1|TX|N||Seen.\nHPI: cough\nROS\nnegative\rPV1|1\rZPI|1|gone\r"
    assert only(message).text == "Seen.\nHPI: cough\nROS\nnegative"


def test_a_row_in_a_text_is_no_segment_and_its_separators_are_text() -> None:
    message = (
        "MSH|^~\\&|E\rPID|1\rXYZ|1|gone\rOBX|1|TX|N||Seen.\r\nDOB|1/2/1950|x\r\nstable||||||F|||20250314\r\n"
        "BMI|31\rNTE|1|L|one\nHPI|two|RE\rZPI|1|gone\rDSC|gone\r"
    )
    note = only(message)
    assert note.text == "Seen.\r\nDOB|1/2/1950|x\r\nstable\nBMI|31\none\nHPI|two"
    for stretch in message_document(message).stretches:
        start, end = stretch.trace.to_source(0, stretch.end - stretch.start)
        assert message[start:end] == note.text[stretch.start : stretch.end]
    observation, comment = (s for s in segments(message) if s.name in ("OBX", "NTE"))
    assert (observation.value(11), observation.value(14), comment.value(4)) == ("F", "20250314", "RE")


def test_letters_part_nothing() -> None:
    good = "MSH|^~\\&|E\rOBX|1|TX|N||kept\r"
    first, second = notes("MSH|bad\rOBX|1|TX|N||a badly mangled text\r" + good)
    assert isinstance(first, Unreadable)
    assert isinstance(second, Note)


def test_a_picture_beside_a_text_is_counted() -> None:
    picture = "OBX|2|ED|P||^IM^PNG^Base64^" + packed(b"\x89PNG\r\n\x1a\n")
    note = only(f"MSH|^~\\&|E\rOBX|1|TX|N||Seen.\r{picture}\r")
    assert (note.text, note.metadata["images"]) == ("Seen.", "1")
    (alone,) = notes(f"MSH|^~\\&|E\r{picture}\r")
    assert isinstance(alone, Unreadable)
    assert "only 1 image" in alone.message


@pytest.mark.parametrize(
    "line",
    ["PID control was good", "OBX: normal", "PID", "PID|yes", "REL|spouse", "ZES", "Z79|long term", "ZES|ruled out|x",
     "MSH: x", "FTS", "BTS|2", "FHS|family", "OBX|1|of two|x", "PSS|4", "ZIP|03820"],
)  # fmt: skip
def test_a_word_that_names_a_segment_ends_no_text(line: str) -> None:
    message = f"MSH|^~\\&|E\rPID|1||7\rOBX|1|TX|N||Seen.\n{line}\nafter\rPV1|1|I\rZPI|1|gone\r"
    assert only(message).text == f"Seen.\n{line}\nafter"


@pytest.mark.parametrize(
    "line", ["PID|1||8", "OBX|2|TX|M||more", "NTE||L|more", "OBR||9", "ORC|RE|9", "ZPI|GONE|Quartermain", "ZDS|1.2.3^x"]
)
def test_a_segment_ends_the_text(line: str) -> None:
    message = f"MSH|^~\\&|E\rOBX|1|TX|N||Seen.\nagain\n{line}\rPV1|1|I\r"
    assert only(message).text.removesuffix("more").removesuffix("\n\nM\n").removeprefix("N\n").strip() == "Seen.\nagain"


def test_a_damaged_header_below_a_text_starts_a_message_of_its_own() -> None:
    first, second = notes("MSH|^~\\&|E\rOBX|1|TX|N||Seen.\nagain\rMSH|\rPID|1||8\rOBX|1|TX|N||of somebody else\r")
    assert isinstance(first, Note)
    assert first.text == "Seen.\nagain"
    assert isinstance(second, Unreadable)


def test_a_nul_costs_its_message(tmp_path: Path) -> None:
    path = tmp_path / "m.hl7"
    message = "MSH|^~\\&|E\rPID|1\rOBX|1|TX|N||one\r"
    data = f"{message}{message.replace('one', 't' + chr(0) + 'wo')}{message}{chr(0) * 9}".encode()
    path.write_bytes(data)
    for source in (path, data):
        first, second, third = hl7_notes(source, "m")
        assert isinstance(first, Note)
        assert second == Unreadable("m/000002", "holds NUL bytes")
        assert isinstance(third, Note)
        assert third.text == "one"
