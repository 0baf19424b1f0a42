"""Every page of the workbench, light and dark: nothing that axe complains of, and a picture of it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from noteproc.batch import RunOptions, run
from noteproc.config import Config
from noteproc.review.originals import Originals
from tests.browsers import Keyboard, chromium, served, visit
from tests.conftest import ROOT
from tests.test_review_decisions import open_desk

PICTURES = ROOT / "build" / "screenshots"
THEMES = ("light", "dark")
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
NOTE = (ROOT / "samples" / "notes" / "ed-ankle-03.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("looks")
    notes = ROOT / "samples" / "notes"
    run(RunOptions((str(notes),), folder / "out", Config()))
    desk = open_desk(folder / "out", "A. Lovelace")
    for place in (1, 3, 4):
        for code in desk.view(place)["codes"]:
            key = {"system": code["system"], "code": code["code"]}
            reason = {"reason": "not_documented"} if code["score"] < 0.6 else {}
            view = desk.view(place)
            desk.decide(place, view["revision"], "reject" if reason else "accept", {**key, **reason}, 7.5)
    first = desk.view(12)["codes"][0]
    desk.decide(12, 0, "accept", {"system": first["system"], "code": first["code"]}, 9)
    desk.originals = Originals(notes, None, None, folder / "none.csv")
    with served(desk, folder) as link:
        yield link


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


def looked_at(k: Keyboard, name: str, theme: str) -> list[str]:
    """What axe complains of; the picture goes to ``build/screenshots``."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    k.page.evaluate("document.getElementById('said')?.classList.add('old')")
    k.page.screenshot(path=PICTURES / f"{name}-{theme}.png", animations="disabled")
    k.page.evaluate(AXE)
    told = k.page.evaluate("axe.run()")
    found = told["violations"]
    assert len(told["passes"]) > 10, "axe did not look at the page"
    return [f"{name} {theme}: {v['id']} {n['target']} {n['failureSummary']}" for v in found for n in v["nodes"]]


def open_sample(k: Keyboard, name: str) -> None:
    k.press("f")
    k.type(name)
    k.page.wait_for_selector("#space:not(:has(.note-row + .note-row)) .note-row")
    k.press("Enter", "Enter", "f", "Escape", "g")


def test_axe_finds_what_is_wrong(browser: Any) -> None:
    page = browser.new_page()
    page.set_content("<html><body><img src='x'><input></body></html>")
    page.evaluate(AXE)
    assert {"image-alt", "label"} <= {v["id"] for v in page.evaluate("axe.run()")["violations"]}
    page.close()


@pytest.mark.parametrize("theme", THEMES)
def test_every_state_of_the_workbench_is_accessible_and_pictured(browser: Any, workbench: str, theme: str) -> None:
    k = visit(browser, workbench, color_scheme=theme)
    wrong = looked_at(k, "workbench-open", theme)
    open_sample(k, "sacroplasty")
    k.press("Home")
    wrong += looked_at(k, "workbench", theme)
    open_sample(k, "wound")
    k.page.click("#findings summary")
    k.page.click("#folded summary")
    wrong += looked_at(k, "findings", theme)
    open_sample(k, "sacroplasty")
    states = {
        "reasons": ["x"],
        "look-up": ["r"],
        "query": ["q"],
        "comment": ["c"],
        "code-page": ["i"],
        "history": ["h"],
        "keys": ["?"],
    }
    for name, keys in states.items():
        k.press(*keys)
        wrong += looked_at(k, name, theme)
        k.press("Escape")
    k.press("t", "ArrowDown", "Shift+ArrowRight")
    wrong += looked_at(k, "picked-words", theme)
    k.press("Escape", "o")
    wrong += looked_at(k, "original", theme)
    k.press("o")
    k.page.set_viewport_size({"width": 1024, "height": 768})
    wrong += looked_at(k, "tablet", theme)
    k.press("l")
    wrong += looked_at(k, "tablet-worklist", theme)
    assert wrong == []
    assert k.errors == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_other_pages_are_accessible_and_pictured(browser: Any, workbench: str, theme: str) -> None:
    k = visit(browser, workbench, color_scheme=theme)
    home = workbench.partition("/start")[0]
    k.page.goto(f"{home}/stats")
    k.page.wait_for_selector("body[data-ready]")
    wrong = looked_at(k, "figures", theme)
    k.page.goto(f"{home}/try")
    k.page.wait_for_selector("body[data-ready]")
    wrong += looked_at(k, "try-empty", theme)
    k.page.fill("#pasted", NOTE)
    k.page.click("#try-form button")
    k.page.wait_for_selector("body[data-tried]")
    k.settle()
    wrong += looked_at(k, "try", theme)
    k.page.goto(f"{home}/start?token=old")
    wrong += looked_at(k, "no-entry", theme)
    assert wrong == []


def test_each_picture_is_a_picture() -> None:
    made = sorted(PICTURES.glob("*.png")) if PICTURES.is_dir() else []
    if not made:
        pytest.skip("chromium is not installed: no pictures were made")
    assert len(made) >= 2 * 15
    assert all(Path(p).stat().st_size > 4000 for p in made)
