"""Records: offsets map both ways, and nothing shows text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from noteproc.records import Note, NoteResult, OffsetMap, PhiSpan, RedactedNote


def spans_of(text: str, cuts: list[tuple[int, int, str]]) -> tuple[str, list[PhiSpan]]:
    """Replace the cuts (start, length, replacement) of a text, left to right, skipping overlaps."""
    out: list[str] = []
    phi: list[PhiSpan] = []
    position = length = 0
    for start, size, replacement in sorted(cuts):
        end = start + size
        if start < position or end > len(text):
            continue
        out += [text[position:start], replacement]
        length += start - position
        phi.append(PhiSpan(start, end, "DATE", 1.0, "test", replacement, length, length + len(replacement)))
        length += len(replacement)
        position = end
    return "".join(out) + text[position:], phi


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9), st.sampled_from(["", "[X]", "[LONGER_1]"])), max_size=6),
)
def test_offsets_go_there_and_back(text: str, cuts: list[tuple[int, int, str]]) -> None:
    redacted, phi = spans_of(text, cuts)
    offsets = OffsetMap(phi)
    kept = bytearray(b"\1" * len(text))
    for p in phi:
        kept[p.start : p.end] = bytes(p.end - p.start)
    for i, character in enumerate(text):
        if kept[i]:
            assert redacted[offsets.to_redacted(i)] == character
            assert offsets.to_source(offsets.to_redacted(i)) == i
            assert offsets.to_source(offsets.to_redacted(i + 1, end=True), end=True) == i + 1


def test_an_offset_inside_a_replacement_maps_to_the_span() -> None:
    _, phi = spans_of("seen by Ann today", [(8, 3, "[CLINICIAN_NAME_1]")])
    offsets = OffsetMap(phi)
    assert offsets.to_source(12) == 8
    assert offsets.to_source(12, end=True) == 11
    assert offsets.to_redacted(9) == 8
    assert offsets.to_redacted(10, end=True) == 26


def test_no_repr_shows_text_or_metadata() -> None:
    records = [
        Note("n1", "Secretname", metadata={"patient_name": "Secretname"}),
        RedactedNote("n1", "Secretname"),
        NoteResult("n1", "outpatient", "Secretname"),
    ]
    assert not any("Secretname" in repr(record) for record in records)
