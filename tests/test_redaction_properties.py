"""What holds of redaction whatever the text: offsets, what may stay of a span, a second pass, disguises, long texts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteproc.evaluation import load_gold
from noteproc.records import Note
from noteproc.redaction import Redactor
from noteproc.redaction.windows import windows
from tests.conftest import ROOT

_REDACTOR = Redactor()
_PIECES = [
    "Patient: Grace T. Olawale", "MRN: 00483921", "DOB 04/11/1943", "seen by Dr. Short", "(412) 555-7734",
    "2286 Sycamore Ct., Apt 22, Ashford, NY 58960", "hpakulski@stbrendanrad.org", "SSN 930-92-3435", "age 94", "RS/kd",
    "10.216.53.166", "cc: J. Okonkwo, MD", "3/14", "14 May 2025", "at Mercy Hill Hospital", "from Duluth, MN 55802",
    "daughter April", "login jpayne2", "Graves disease", "BP 120/80", "5/5 strength", "T12-L1", "took 5 mg twice daily",
    "BROWN, ANNE", "#", "2024",
    "may repeat", "Denies chest pain.", "HPI:", "the patient", "a\u200bb", "İ", "é", "x" * 30, "90+", "[CITY_1]",
]  # fmt: skip
_GAPS = [" ", " ", "\n", ", ", ". ", "; ", "\t", "  ", ": ", "-", "/", ""]
_TEXTS = st.lists(st.tuples(st.sampled_from(_PIECES), st.sampled_from(_GAPS)), max_size=12).map(
    lambda pairs: "".join(piece + gap for piece, gap in pairs)
)
_TAG = re.compile(r"\[[A-Z0-9_]+_\d+(?:: (\d{3,4}))?\]|90\+")


def redacted(text: str) -> str:
    return _REDACTOR.redact(Note("n", text)).text


@settings(max_examples=150, deadline=None, derandomize=True)
@given(_TEXTS)
def test_nothing_of_a_span_stays_but_what_its_replacement_keeps(text: str) -> None:
    note = _REDACTOR.redact(Note("n", text))
    out, at = [], 0
    for p in note.phi:
        assert at <= p.start < p.end <= len(text)
        found = _TAG.fullmatch(p.replacement)
        assert found
        if found[1] and found[1] != "000":
            # A year, or the first figures of a ZIP code: no more than stood there.
            assert found[1] in text[p.start : p.end]
        out += [text[at : p.start], p.replacement]
        at = p.end
        assert note.text[p.redacted_start : p.redacted_end] == p.replacement
    assert "".join(out) + text[at:] == note.text


@settings(max_examples=150, deadline=None, derandomize=True)
@given(_TEXTS)
def test_redacting_redacted_text_changes_nothing(text: str) -> None:
    once = redacted(text)
    assert redacted(once) == once


def test_redacting_redacted_notes_changes_nothing() -> None:
    notes = load_gold(sorted((ROOT / "corpus").rglob("*.jsonl")))
    changed = []
    for note_id, note in list(notes.items())[::20]:
        once = redacted(note.text)
        if redacted(once) != once:
            changed.append(note_id)
    assert changed == []


def test_beside_tags_a_clear_name_still_goes() -> None:
    assert "Okonkwo" not in redacted("[PATIENT_NAME_1] was seen by Dr. Okonkwo, MRN: 00483921")
    assert "00483921" not in redacted("[PATIENT_NAME_1] was seen by Dr. Okonkwo, MRN: 00483921")


def _between(mark: str) -> Callable[[str], str]:
    """Puts a mark between every two characters of words and numbers."""
    return lambda shown: re.sub(r"(?<=[^\W_])(?=[^\W_])", mark, shown)


_DISGUISES: dict[str, Callable[[str], str]] = {
    "zero width": _between("\u200b"),
    "joiners": _between("\u2060"),
    "soft hyphens": _between("\u00ad"),
    "direction marks": _between("\u200e"),
    "full width": lambda shown: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in shown),
    "cyrillic": lambda shown: shown.translate(str.maketrans("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ")),
    "arabic figures": lambda shown: shown.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    "dashes": lambda shown: shown.replace("-", "\u2011"),
    "hard blanks": lambda shown: shown.replace(" ", "\u00a0"),
}


@pytest.mark.parametrize("disguise", _DISGUISES)
@pytest.mark.parametrize(
    "before, shown, after",
    [
        ("MRN: ", "00483921", " today"),
        ("SSN ", "930-92-3435", ", member"),
        ("Call ", "(412) 555-7734", " at night"),
        ("DOB: ", "04/11/1943", ", seen"),
        ("seen by Dr. ", "Okonkwo", " today"),
        ("E-mail: ", "hpakulski@stbrendanrad.org", ", fax"),
        ("IP ", "10.216.53.166", " logged"),
        ("lives at ", "2286 Sycamore Ct", " alone"),
        ("seen on ", "March 14, 2025", " again"),
    ],
)
def test_disguised_identifiers_go(before: str, shown: str, after: str, disguise: str) -> None:
    hidden = _DISGUISES[disguise](shown)
    out = redacted(before + hidden + after)
    assert out.startswith(before)
    assert out.endswith(after)
    assert re.fullmatch(r"(?:\[[A-Z_]+_1(?:: \d+)?\][^\w\[]*)+", out[len(before) : len(out) - len(after)])


@pytest.mark.parametrize("gap", [" ", "\n", "\n\n"])
def test_a_long_text_is_cut_between_words_and_wholly_covered(gap: str) -> None:
    text = gap.join(f"word{i % 97}" for i in range(30_000))
    parts = list(windows(text))
    assert len(parts) > 5
    assert [p.start for p in parts] == [0, *(p.end for p in parts[:-1])]
    assert parts[-1].end == len(text)
    for p in parts:
        assert text[p.offset : p.offset + len(p.text)] == p.text
        assert len(p.text) < 40_000
        assert p.offset <= p.start
        assert re.fullmatch(r"\s*word\d+\b.*\bword\d+\s*", p.text, re.DOTALL)


@pytest.mark.parametrize("shift", range(0, 60, 7))
def test_what_stands_at_a_cut_is_seen_whole(shift: int) -> None:
    filler = "cough "
    name = "was seen by Dr. Anneke Okonkwo, MRN: 00483921, call (412) 555-7734 "
    # A cut falls at a blank before the twenty-thousandth character.
    text = filler * ((20_000 - shift) // len(filler)) + name + filler * 4_000
    out = redacted(text)
    assert "Okonkwo" not in out
    assert not re.search(r"\d{3}", out)


def test_a_person_is_known_in_every_window() -> None:
    text = "Patient: Grace Olawale\n" + "cough and fever\n" * 6_000 + "Olawale was well. Ms. Grace left.\n"
    out = redacted(text)
    assert len(list(windows(text))) > 3
    assert "Olawale" not in out
    assert out.count("[PATIENT_NAME_1]") >= 2
