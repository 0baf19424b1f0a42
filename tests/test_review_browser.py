"""The workbench in a real browser, by its keyboard alone."""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from noteproc.review.originals import Originals
from tests.browsers import Process, chromium, served, visit
from tests.runs import result, suggestion, usual_results, words_at, write_run
from tests.test_review_decisions import open_desk
from tests.test_review_export import originals_run


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write_run(tmp_path / "out", usual_results())


def test_a_whole_worklist_by_keyboard_through_a_killed_server(browser: Any, out: Path) -> None:
    server = Process(out)
    # The page that a browser is opened on holds the token: its user alone may read it.
    (page,) = (out / "review").glob("start-*.html")
    assert (stat.S_IMODE(page.stat().st_mode), server.link in page.read_text(encoding="utf-8")) == (0o600, True)
    k = visit(browser, server.link)
    # The most doubtful note comes first, and its first code is chosen.
    assert (k.note, k.code) == ("heart", "I48.91")
    k.press("a")
    assert k.code == "R07.9"
    k.press("x", "3")
    assert k.verdicts() == {"I48.91": "accepted", "93000": "undecided", "R07.9": "rejected"}
    # Add a code for words that were picked with the arrow keys.
    k.press("t", "Home", "Shift+ArrowRight")
    assert k.page.evaluate("getSelection().toString()") == "Chest pain,"
    k.press("s")
    k.type("R52")
    k.hits("R52")
    k.press("Enter")
    assert k.verdicts()["R52"] == "accepted"
    k.press("z")
    assert "R52" not in k.verdicts()
    k.press("y")
    assert k.verdicts()["R52"] == "accepted"
    # The server dies; nothing that was answered is lost.
    told = server.kill()
    assert "pain" not in told
    server = Process(out)
    k = visit(browser, server.link)
    assert k.note == "heart"
    assert k.verdicts() == {"I48.91": "accepted", "R52": "accepted", "93000": "undecided", "R07.9": "rejected"}
    assert k.code == "93000"
    # A query flags the note; the last verdict is made, and the next note waits for its own turn.
    k.press("q")
    assert k.page.input_value("#asker-text").startswith("Query on note heart")
    k.press("Control+Enter")
    assert "waiting" in k.text("#chips")
    k.press("a", "v")
    assert "done" in k.text("#chips")
    # Another note is found by its id.
    k.press("f")
    k.type("ankle")
    k.page.wait_for_selector("#space:not(:has(.note-row + .note-row)) .note-row")
    k.press("Enter", "Enter")
    assert k.note == "ankle"
    k.press("f", "Escape")
    # A missed name is hidden at once.
    assert k.note == "ankle"
    k.press("t", "Home", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
    assert k.page.evaluate("getSelection().toString()") == "Quillon."
    k.press("p", "2")
    assert "Quillon" not in k.text("#text")
    k.press("g", "r")
    k.hits("S93.402A")
    k.press("Enter")
    k.press("a")
    if k.note == "plain":
        k.press("d")
    assert k.text("#done") == "3 of 3 done"
    # Export by keyboard: the link in the navigation, then the first format.
    k.page.focus("nav a[href='/stats']")
    k.page.keyboard.press("Enter")
    k.page.wait_for_selector("main.figures")
    k.page.focus(".exports a")
    with k.page.expect_download() as download:
        k.page.keyboard.press("Enter")
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    verdicts = {(r["note_id"], r["code"]): r["verdict"] for r in rows}
    assert verdicts["ankle", "S93.402A"] == verdicts["ankle", "I10"] == verdicts["heart", "R52"] == "accepted"
    assert verdicts["heart", "R07.9"] == verdicts["ankle", "S93.401A"] == "rejected"
    assert k.errors == []
    assert "uillon" not in server.kill()


def test_two_browsers_on_one_note_do_not_overwrite_each_other(browser: Any, out: Path, tmp_path: Path) -> None:
    with served(open_desk(out, "Ada"), tmp_path / "a") as one, served(open_desk(out, "Grace"), tmp_path / "b") as other:
        ada, grace = visit(browser, one), visit(browser, other)
        assert ada.note == grace.note == "heart"
        ada.press("a")
        grace.press("x", "1")
        assert "Not saved" in grace.text("#alarm")
        assert grace.verdicts()["I48.91"] == "accepted"
        grace.press("k", "k")
        assert "Ada" in grace.text("#detail")
        grace.press("x", "1")
        assert grace.verdicts()["I48.91"] == "rejected"
        assert ada.errors == grace.errors == []
    log = open_desk(out).log
    assert [(d.who, d.action) for d in log.all()] == [("Ada", "accept"), ("Grace", "reject")]


def test_a_right_suggestion_costs_two_keys_and_a_replacement_six(browser: Any, out: Path, tmp_path: Path) -> None:
    with served(open_desk(out), tmp_path) as link:
        k = visit(browser, link)
        k.press("a")
        assert k.verdicts()["I48.91"] == "accepted"
        assert k.pressed <= 2
        k.pressed = 0
        k.press("r")
        k.type("pleurodynia")
        k.hits("R07.81")
        k.press("Enter")
        assert (k.verdicts()["R07.9"], k.verdicts()["R07.81"]) == ("rejected", "accepted")
        assert k.pressed <= 6
        # After the last verdict the next note is there, with its first code chosen: no key for that.
        k.press("a")
        assert (k.note, k.code) == ("ankle", "S93.401A")
        # A near code needs no typing at all.
        k.pressed = 0
        k.press("r", "Enter")
        assert k.verdicts()["S93.402A"] == "accepted"
        assert k.pressed <= 6


def marked(k: Any, cls: str) -> list[str]:
    script = f"Array.from(document.querySelectorAll('#text .ev.on.{cls}'), e => e.textContent)"
    return list(k.page.evaluate(script))


def test_words_are_painted_where_they_stand_whatever_characters_come_before(browser: Any, tmp_path: Path) -> None:
    text = "🩹🩹 é Ada: type 2 diabetes with neuropathy 🩹, stable.\nNext line."
    lines = [
        result(
            "astral",
            text,
            suggestion(
                text, "E11.40", "Type 2 diabetes with neuropathy", 0.7, ["type 2 diabetes with neuropathy", "stable"]
            ),
            suggestion(text, "G62.9", "Polyneuropathy", 0.6, ["diabetes with neuropathy 🩹", "🩹🩹"]),
        )
    ]
    with served(open_desk(write_run(tmp_path / "out", lines)), tmp_path) as link:
        k = visit(browser, link)
        assert "".join(marked(k, "main")) == "type 2 diabetes with neuropathy"
        assert marked(k, "supporting") == ["stable"]
        k.press("j")
        assert "".join(marked(k, "main")) == "diabetes with neuropathy 🩹"
        assert k.text("#text") == text
        # Picked words give the server's offsets: those of code points.
        k.press("t", "Home")
        for _ in range(8):
            k.press("ArrowRight")
        assert k.page.evaluate("getSelection().toString()") == "🩹,"
        k.press("ArrowLeft", "s")
        k.type("R52")
        k.hits("R52")
        k.press("Enter")
        assert "".join(marked(k, "main")) == "neuropathy"
        assert k.errors == []
        desk = open_desk(tmp_path / "out")
        at = text.index("neuropathy")
        assert [d.data["evidence"] for d in desk.log.all()] == [[[at, at + 10]]]
        desk.close()


def test_hostile_text_is_shown_as_text(browser: Any, tmp_path: Path) -> None:
    nasty = '<img src=x onerror=alert(1)> <script>alert(2)</script> {{7*7}} "quoted" =HYPERLINK("x") Fever.'
    line = result(
        "<b>bold</b>", nasty, suggestion(nasty, "R50.9", "<i>Fever</i>", 0.6, ["<script>alert(2)</script>", "Fever"])
    )
    with served(open_desk(write_run(tmp_path / "out", [line]), "<u>Ada</u>"), tmp_path) as link:
        k = visit(browser, link)
        assert (k.text("#text"), k.note) == (nasty, "<b>bold</b>")
        k.press("c")
        k.type("<svg onload=alert(3)>")
        k.press("Control+Enter", "h")
        assert "<u>Ada</u>" in k.text("#drawer-body")
        k.press("Escape")
        assert k.page.evaluate("document.querySelectorAll('img[src=x], #text script, i:not([class]) b').length") == 0
        assert "Fever" not in k.page.title() + k.page.url
        assert k.errors == []


def test_help_to_decide_stands_beside_the_code(browser: Any, out: Path, tmp_path: Path) -> None:
    with served(open_desk(out), tmp_path) as link:
        k = visit(browser, link)
        k.press("n")
        detail = k.text("#detail")
        for words in ("0.95: very likely", "supporting", "TYPE OR SITE", "S93.402A", "left"):
            assert words.lower() in detail.lower()
        assert "Seen, not coded (1)" in k.text(".codes")
        k.press("i")
        assert "may stand on a claim" in k.text("#drawer-body")
        k.press("Escape", "t", "Home")
        for _ in range(9):
            k.press("ArrowRight")
        assert k.page.evaluate("getSelection().toString()") == "ankle"
        k.press("e")
        assert "S93.401A" in k.text("#chooser-list")
        k.press("Escape", "g", "a", "m")
        k.type("LT")
        k.press("Enter", "u")
        k.type("2")
        k.press("Enter")
        assert k.code == "I10"
        assert "×2" in k.text('.code[aria-selected="true"]')


def test_sequence_wrong_redaction_and_comments_by_key(browser: Any, out: Path, tmp_path: Path) -> None:
    with served(open_desk(out), tmp_path) as link:
        k = visit(browser, link)
        k.press("n", "s")
        k.type("M79.89")
        k.hits("M79.89")
        k.press("Enter")
        assert k.code == "M79.89"
        k.press("j", "j", "a", "k", "k")
        assert list(k.verdicts()) == ["I10", "M79.89", "S93.401A"]
        k.press("k", "]")
        assert (k.code, list(k.verdicts())) == ("I10", ["M79.89", "I10", "S93.401A"])
        k.press("[")
        assert list(k.verdicts()) == ["I10", "M79.89", "S93.401A"]
        assert "number 1" in k.text("#said")
        k.press("t", "Home", "w")
        assert "exposed" in k.page.get_attribute("#text .phi", "class")
        k.press("g", "c")
        k.type("as last year")
        k.press("Control+Enter")
        assert "as last year" in k.text("#detail")
        assert k.errors == []


def test_a_query_is_copied_and_a_word_of_payment_in_it_refused(browser: Any, out: Path, tmp_path: Path) -> None:
    with served(open_desk(out), tmp_path) as link:
        k = visit(browser, link, permissions=["clipboard-read", "clipboard-write"])
        k.press("q", "Tab", "Enter")
        copied = k.page.evaluate("navigator.clipboard.readText()")
        assert '"Chest pain, atrial fibrillation' in copied
        assert "unable to determine" in copied
        k.page.focus("#asker-text")
        k.type("It would raise the payment. ")
        k.press("Control+Enter")
        assert "take out payment" in k.text("#asker-error")
        k.press("Escape")
        assert "open" in k.text("#chips")


def test_keys_are_shown_and_can_be_changed_but_not_to_the_browsers_own(browser: Any, out: Path, tmp_path: Path) -> None:
    with served(open_desk(out), tmp_path) as link:
        k = visit(browser, link)
        k.press("?")
        k.page.focus("button[data-of='accept']")
        k.press("Enter", "/")
        assert "browser" in k.text("#drawer-body .error")
        k.press("Enter", "A")
        k.page.wait_for_selector("button[data-of='accept']:text-is('A')")
        k.press("Escape", "a")
        assert k.verdicts()["I48.91"] == "undecided"
        k.press("A")
        assert k.verdicts()["I48.91"] == "accepted"
        k.page.reload()
        k.page.wait_for_selector("body[data-ready]")
        assert k.text("#detail .actions").startswith("Accept A")


def test_the_original_has_a_banner_and_no_decision_is_made_on_it(browser: Any, tmp_path: Path) -> None:
    out, notes, source = originals_run(tmp_path)
    desk = open_desk(out)
    desk.originals = Originals(notes, None, None, tmp_path / "none.csv")
    with served(desk, tmp_path) as link:
        k = visit(browser, link)
        assert "03/04" not in k.text("#text")
        k.press("o")
        assert k.text("#text") == source
        assert "holds PHI" in k.text("#banner")
        assert marked(k, "main") == ["Hypertension"]
        k.press("a")
        assert "Hide the original" in k.text("#alarm")
        k.press("o", "a")
        assert k.verdicts() == {"I10": "accepted"}


def test_an_error_on_the_claim_keeps_the_note_open(browser: Any, tmp_path: Path) -> None:
    text = "Type 1 diabetes. Type 2 diabetes."
    line = result(
        "both",
        text,
        suggestion(text, "E10.9", "Type 1 diabetes mellitus without complications", 0.9, ["Type 1 diabetes"]),
        suggestion(text, "E11.9", "Type 2 diabetes mellitus without complications", 0.9, ["Type 2 diabetes"]),
    )
    with served(open_desk(write_run(tmp_path / "out", [line, *usual_results()[2:]])), tmp_path) as link:
        k = visit(browser, link)
        k.press("a", "a")
        assert k.note == "both"
        assert "Excludes1" in k.text("#findings") or "E10" in k.text("#findings")
        k.press("k", "x", "3")
        assert k.note == "plain"


def test_a_note_of_thirty_thousand_words_is_drawn_once_in_blocks(browser: Any, tmp_path: Path) -> None:
    text = "\n".join(
        f"{n}. Patient has hypertension and takes lisinopril daily, as before; no chest pain." for n in range(2300)
    )
    found = [words_at(text, f"{n}. Patient has hypertension") for n in range(0, 2300, 10)]
    line = result("long", text, suggestion(text, "I10", "Essential (primary) hypertension", 0.9, ["2299. Patient"]))
    line["suggestions"][0]["evidence"] += found
    with served(open_desk(write_run(tmp_path / "out", [line])), tmp_path) as link:
        k = visit(browser, link)
        assert len(text.split()) > 29_000
        assert k.page.evaluate("document.querySelectorAll('#text .block').length") > 50
        assert k.page.evaluate("document.querySelectorAll('#text span').length") < 1200
        assert k.page.evaluate("document.querySelector('#text').textContent.length") == len(text)
        # The chosen code's main words, at the far end, are in sight.
        inside = "(() => { const a = document.querySelector('#text .here').getBoundingClientRect(), "
        inside += "b = document.querySelector('#text').getBoundingClientRect(); "
        inside += "return a.top > b.top && a.bottom < b.bottom; })()"
        assert k.page.evaluate(inside)
        assert k.page.evaluate("document.querySelectorAll('#strip i.main').length") == len(found) + 1


DROPPED = """
const data = new DataTransfer();
data.items.add(new File(["MRN 00448812. Migraine."], "note.txt", { type: "text/plain" }));
document.getElementById("pasted").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
"""
PASTED = "Patient: Zebediah Quartermain\nMRN: 00448812\n\nAssessment: essential hypertension.\n"


def test_a_note_is_tried_in_every_style_and_nothing_is_stored(browser: Any, out: Path, tmp_path: Path) -> None:
    with served(open_desk(out), tmp_path) as link:
        k = visit(browser, link)
        k.page.goto(link.partition("/start")[0] + "/try")
        k.page.wait_for_selector("body[data-ready]")
        k.page.focus("#pasted")
        k.page.keyboard.insert_text(PASTED)
        k.page.focus("#try-form button")
        k.page.keyboard.press("Enter")
        k.page.wait_for_selector("body[data-tried=tag]")
        assert "[PATIENT_NAME_1]" in k.text("#text")
        assert k.verdicts() == {"I10": "undecided"}
        assert marked(k, "main") == ["essential hypertension"]
        k.page.evaluate(DROPPED)
        k.page.wait_for_selector("#text:has-text('[MEDICAL_RECORD_NUMBER_1]. Migraine')")
        k.settle()
        k.page.fill("#pasted", PASTED)
        k.page.focus("input[value=tag]")
        seen = {k.text("#text")}
        for style in ("label", "mask", "surrogate"):
            k.page.keyboard.press("ArrowRight")
            k.page.wait_for_selector(f"body[data-tried={style}]")
            seen.add(k.text("#text"))
        assert len(seen) == 4
        assert not any("Quartermain" in text for text in seen)
        assert k.errors == []
