"""A house's own words: checking a user's dictionary folder, and proposals from what reviewers decided."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from noteproc.codesets.sets import CodeSets
from noteproc.codesets.tables import (
    ICD10CM,
    SYSTEMS,
    read_preferences,
    read_terms,
    table_files,
    user_complaint,
)
from noteproc.errors import ConfigError
from noteproc.text.tables import numbered_rows

_SECTIONS = ("section", "headings")


@dataclass(frozen=True, slots=True)
class Counts:
    """What a folder holds."""

    phrases: int
    preferences: int
    sections: int


@dataclass(frozen=True, slots=True)
class Proposals:
    """What decisions suggest.

    Args:
        phrases: code and phrase pairs that reviewers accepted, in order.
        never: codes that they only ever rejected, in order.
    """

    phrases: tuple[tuple[str, str], ...]
    never: tuple[str, ...]


def check_folder(folder: Path) -> Counts:
    """Reads every table of a user's folder; nothing is loaded.

    Raises:
        ConfigError: the folder is missing or empty, or a row is wrong: file, line and reason.
    """
    if not folder.is_dir():
        raise ConfigError(f"no such dictionary folder: {folder.name}")
    sets = CodeSets.open()
    phrases = preferences = sections = 0
    seen = False
    for name, system in SYSTEMS.items():
        for path in table_files(folder / name):
            seen = True
            for row in read_terms(path, name, complain=user_complaint):
                if system == ICD10CM and sets.entry(system, row.code) is None:
                    raise user_complaint(path, row.line, f"no code of {system}: {row.code}")
                phrases += len(row.phrases)
    for path in table_files(folder):
        seen = True
        if path.stem == "preferences":
            preferences += sum(1 for _ in read_preferences(path))
        elif path.name == "sections.tsv":
            sections += sum(len(row["headings"].split("|")) for _, row in numbered_rows(path, _SECTIONS))
        else:
            raise user_complaint(path, 1, "not a table that is read here: preferences or sections.tsv")
    if not seen:
        raise ConfigError(f"{folder.name} holds no table: icd10cm/, cpt/, hcpcs/, preferences.tsv or sections.tsv")
    return Counts(phrases, preferences, sections)


def propose(decisions: Path, least: int) -> Proposals:
    """Proposals from decisions: words that led to an accepted code, codes that were never accepted.

    Args:
        decisions: one JSON object a line: ``code``, ``accepted`` and, where known, ``term``.
        least: how many decisions must agree, at least 1.

    Raises:
        ConfigError: a line is no such object (file, line).
    """
    words: Counter[tuple[str, str]] = Counter()
    refused_words: set[tuple[str, str]] = set()
    accepted: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    try:
        lines = decisions.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{decisions.name}: cannot be read ({type(error).__name__})") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            code, yes, term = row["code"], row["accepted"], row.get("term", "")
        except (ValueError, KeyError, TypeError, AttributeError):
            code = yes = term = None
        if not isinstance(code, str) or not isinstance(yes, bool) or not isinstance(term, str):
            raise ConfigError(f'{decisions.name}:{number}: not an object with "code", "accepted" and "term"')
        pair = (code, " ".join(term.replace("|", " ").split()).lower())
        (accepted if yes else rejected)[code] += 1
        if yes and len(pair[1]) > 1:
            words[pair] += 1
        elif not yes:
            refused_words.add(pair)
    return Proposals(
        tuple(sorted(p for p, n in words.items() if n >= least and p not in refused_words)),
        tuple(sorted(c for c, n in rejected.items() if n >= least and not accepted[c])),
    )


def write_proposals(proposals: Proposals, folder: Path) -> None:
    """Writes proposals as tables of a dictionary folder; diagnoses alone, as other codes need a description.

    Raises:
        ConfigError: the folder cannot be written.
    """
    sets = CodeSets.open()
    rows = [(c, w) for c, w in proposals.phrases if sets.entry(ICD10CM, c) is not None]
    never = [(next((s for s in SYSTEMS.values() if sets.entry(s, c) is not None), ""), c) for c in proposals.never]
    try:
        (folder / "icd10cm").mkdir(parents=True, exist_ok=True)
        text = "code\tphrases\n" + "".join(f"{code}\t{words}\n" for code, words in rows)
        (folder / "icd10cm" / "learned.tsv").write_text(text, encoding="utf-8")
        text = "system\tcode\tpreference\n" + "".join(f"{system}\t{code}\tnever\n" for system, code in never if system)
        (folder / "preferences.tsv").write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{folder.name}: cannot be written ({type(error).__name__})") from None
