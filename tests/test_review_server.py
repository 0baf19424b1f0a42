"""What the workbench's server lets in, and what its answers carry."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from noteproc.review.guard import CSRF_HEADER, Keys
from noteproc.review.preferences import Preferences
from noteproc.review.server import Workbench
from noteproc.review.serving import listen
from tests.runs import usual_results, write_run
from tests.test_review_decisions import I10, open_desk

HOST = "http://127.0.0.1:8765"


class Browser:
    """A browser that was let in by the start link."""

    def __init__(self, workbench: Workbench, keys: Keys) -> None:
        self.keys = keys
        self.client = TestClient(workbench.app(), base_url=HOST, follow_redirects=False)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)

    def post(self, path: str, body: object, **headers: str) -> Any:
        sent = {"origin": HOST, CSRF_HEADER: self.keys.csrf, "content-type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, content=json.dumps(body), headers={**sent, **named})


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    desk = open_desk(write_run(tmp_path / "out", usual_results()))
    keys = Keys(8765)
    made = Browser(Workbench(desk, keys, Preferences(tmp_path / "data" / "preferences.json")), keys)
    assert made.get(f"/start?token={keys.token}").status_code == 200
    yield made
    desk.close()


PAGES = ("/", "/try", "/stats", "/api/start", "/api/notes/0", "/api/notes/0/history", "/export/csv")


@pytest.mark.parametrize("path", [*PAGES, "/static/main.js", "/start?token=wrong", "/nowhere"])
def test_every_answer_forbids_storing_framing_and_foreign_script(browser: Browser, path: str) -> None:
    headers = browser.get(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_shown_without_the_cookie_or_to_another_site_or_host(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 200
    assert browser.get(path, host="evil.example:8765").status_code == 421
    assert browser.get(path, host="127.0.0.1").status_code == 421
    assert browser.get(path, origin="http://evil.example").status_code == 403
    assert browser.get(path, **{"sec-fetch-site": "cross-site"}).status_code == 403
    browser.client.cookies.clear()
    answer = browser.get(path)
    assert answer.status_code == 403
    assert "Sprain" not in answer.text


def test_the_start_link_gives_a_strict_cookie_and_only_for_the_token(browser: Browser) -> None:
    browser.client.cookies.clear()
    assert browser.get("/start").status_code == 403
    assert browser.get("/start?token=x").status_code == 403
    assert not browser.client.cookies
    answer = browser.get(f"/start?token={browser.keys.token}")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert browser.keys.token not in answer.text + cookie
    assert browser.get("/").status_code == 200


def test_a_change_needs_our_origin_our_token_and_json(browser: Browser) -> None:
    path = "/api/notes/0/decide"
    body = {"revision": 0, "action": "accept", "data": I10}
    assert browser.post(path, body, origin="http://127.0.0.1:9999").status_code == 403
    assert browser.post(path, body, **{CSRF_HEADER: "x"}).status_code == 403
    assert browser.post(path, body, content_type="text/plain").status_code == 415
    headers = {CSRF_HEADER: browser.keys.csrf, "content-type": "application/json"}
    assert browser.client.post(path, content=json.dumps(body), headers=headers).status_code == 403
    assert browser.client.put(path, content="{}", headers={**headers, "origin": HOST}).status_code == 405
    assert browser.get("/api/notes/0").json()["revision"] == 0
    assert browser.post(path, body).json()["revision"] == 1


@pytest.mark.parametrize(
    "path, body, status",
    [
        ("/api/notes/99/decide", {"revision": 0, "action": "accept", "data": I10}, 404),
        ("/api/notes/0/decide", {"revision": "0", "action": "accept", "data": I10}, 400),
        ("/api/notes/0/decide", {"revision": 0, "action": "accept", "data": []}, 400),
        ("/api/notes/0/decide", [1], 400),
        ("/api/worklist", {"first": -1}, 400),
        ("/api/worklist", {"order": "nope"}, 400),
        ("/api/lookup", {"words": 3}, 400),
        ("/api/page", {"code": "NOPE"}, 404),
        ("/api/undo", {}, 400),
        ("/api/notes/0/original", {}, 400),
        ("/api/preferences", {"keys": {"accept": "/"}}, 400),
        ("/api/preferences", {"keys": {"accept": "x"}}, 400),
        ("/api/preferences", {"keys": {"accept": "F5"}}, 400),
        ("/api/preferences", {"theme": "pink"}, 400),
        ("/api/try", {"text": " "}, 400),
    ],
)
def test_a_bad_request_is_told_why_in_words_of_ours(browser: Browser, path: str, body: object, status: int) -> None:
    answer = browser.post(path, body)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


def test_a_body_without_end_is_cut_off(browser: Browser) -> None:
    assert browser.post("/api/try", {"text": "x" * 9_000_000}).status_code == 400


def test_a_stale_decision_comes_back_with_the_note_as_it_stands(browser: Browser) -> None:
    body = {"revision": 0, "action": "accept", "data": I10}
    assert browser.post("/api/notes/0/decide", body).status_code == 200
    answer = browser.post("/api/notes/0/decide", {**body, "action": "reject", "data": {**I10, "reason": "negated"}})
    assert answer.status_code == 409
    assert answer.json()["stale"] is True
    assert answer.json()["codes"][1]["verdict"] == "accepted"


def test_an_internal_error_says_its_kind_and_not_its_words(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("Quillon was seen")

    monkeypatch.setattr("noteproc.review.desk.Desk.view", fail)
    answer = browser.get("/api/notes/0")
    assert (answer.status_code, answer.text) == (500, "internal error (KeyError)")


def test_a_log_that_cannot_be_written_says_that_nothing_was_saved(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("noteproc.review.decisions.DecisionLog._insert", full)
    answer = browser.post("/api/notes/0/decide", {"revision": 0, "action": "accept", "data": I10})
    assert (answer.status_code, "not saved" in answer.json()["error"]) == (507, True)
    monkeypatch.undo()
    assert browser.get("/api/notes/0").json()["revision"] == 0


def test_preferences_are_kept_and_carry_nothing_else(browser: Browser, tmp_path: Path) -> None:
    told = browser.post("/api/preferences", {"keys": {"accept": "A"}, "theme": "dark", "note": "Quillon"}).json()
    assert (told["keys"]["accept"], told["keys"]["reject"], told["theme"]) == ("A", "x", "dark")
    assert 'data-theme="dark"' in browser.get("/").text
    assert "Quillon" not in (tmp_path / "data" / "preferences.json").read_text(encoding="utf-8")


def test_a_pasted_note_is_redacted_in_every_style_and_kept_nowhere(browser: Browser, tmp_path: Path) -> None:
    note = "Patient: Zebediah Quartermain\nMRN: 00448812\nDOB: 03/04/1961\n\nAssessment: essential hypertension.\n"
    shown = {}
    for style in ("tag", "label", "mask", "surrogate"):
        told = browser.post("/api/try", {"text": note, "style": style}).json()
        assert "Quartermain" not in json.dumps(told)
        assert [s["code"] for s in told["suggestions"]] == ["I10"]
        shown[style] = told["text"]
        evidence = told["suggestions"][0]["evidence"][0]
        assert told["text"][evidence["start"] : evidence["end"]].lower() == "essential hypertension"
    assert "[PATIENT_NAME_1]" in shown["tag"]
    assert "[PATIENT_NAME]" in shown["label"]
    assert "█" in shown["mask"]
    assert len(set(shown.values())) == 4
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or b"Quartermain" not in path.read_bytes()


def test_it_listens_on_this_machine_alone_and_moves_on_where_the_port_is_taken() -> None:
    one = listen(None)
    one.listen()
    two = listen(None)
    assert one.getsockname()[0] == two.getsockname()[0] == "127.0.0.1"
    assert one.getsockname()[1] != two.getsockname()[1]
    one.close()
    two.close()
