"""Policies: what the shipped ones do, what a user may say, and what a mistake gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from noteproc.errors import ConfigError
from noteproc.records import Note
from noteproc.redaction import Redactor, load_policy, policy_names
from noteproc.redaction.entities import ENTITY_TYPES
from noteproc.redaction.zipcodes import zip3

NOTE = Note(
    "n",
    "Patient: Zebediah Quartermain, 94 y/o\nDOB 3/4/1930  MRN 00448812\n12 Oak Street, Dover, NH 03601\n"
    "Seen by Dr. Priya Patel on 3/14/2025 in Ohio. Graves disease.\n",
)


def redacted(policy: str | Path, text: str = NOTE.text) -> str:
    return Redactor(str(policy)).redact(Note("n", text)).text


def write(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_policies() -> None:
    assert policy_names() == ("expert", "limited_data_set", "llm_boundary", "safe_harbor")
    assert [name for name in policy_names() if load_policy(name).safe_harbor] == ["safe_harbor"]
    assert [name for name in policy_names() if load_policy(name).needs_vault] == ["expert"]
    assert [name for name in policy_names() if load_policy(name).reversible] == ["llm_boundary"]
    for name in policy_names():
        assert set(load_policy(name).actions) == set(ENTITY_TYPES)


@pytest.mark.parametrize(
    "policy, there, gone",
    [
        (
            "safe_harbor",
            ["90+", "[ZIP_CODE_1: 000]", "[DATE_2: 2025]", "Ohio", "Graves disease"],
            ["1930", "94", "Patel"],
        ),
        ("limited_data_set", ["94 y/o", "3/4/1930", "Dover", "03601", "3/14/2025"], ["Quartermain", "00448812", "Oak"]),
        ("llm_boundary", ["[AGE_OVER_89_1]", "[ZIP_CODE_1]", "[DATE_2]"], ["2025", "94", "036"]),
        ("expert", ["90+", "Graves disease"], ["Quartermain", "00448812", "Patel"]),
    ],
)
def test_what_stays_and_what_goes(policy: str, there: list[str], gone: list[str]) -> None:
    text = redacted(policy)
    assert [words for words in there if words not in text] == []
    assert [words for words in gone if words in text] == []


def test_each_action(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'default = "mask"\nproviders = "keep"\nstate = "redact"\n[actions]\nPATIENT_NAME = "label"\nDATE = "remove"\n'
        'MEDICAL_RECORD_NUMBER = "keep"\nSTATE = "tag"\nAGE_OVER_89 = "tag"\n',
    )
    text = redacted(path)
    assert "Patient: [PATIENT_NAME], [AGE_OVER_89_1] y/o\nDOB   MRN 00448812\n██ ███ ██████" in text
    assert "Dr. Priya Patel on  in [STATE_1]." in text


def test_numbers_of_tags_that_stand_there_already_are_not_given_again() -> None:
    text = redacted(
        "safe_harbor", "Seen by [CLINICIAN_NAME_3].\nPatient: Zebediah Quartermain. Seen by Dr. Priya Patel."
    )
    assert "Dr. [CLINICIAN_NAME_4]" in text
    assert redacted("safe_harbor", text) == text


def test_an_allowed_phrase_stays_and_a_denied_one_goes(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("# ours\nproject  heron\n", encoding="utf-8")
    path = write(
        tmp_path, 'extends = "safe_harbor"\nallow = ["Zebediah Quartermain"]\n[deny]\nOTHER_ID = ["words.txt"]\n'
    )
    text = redacted(path, "Patient: Zebediah Quartermain is in Project Heron, not in project herons.")
    assert text == "Patient: Zebediah Quartermain is in [OTHER_ID_1], not in project herons."
    both = write(tmp_path, 'allow = ["heron"]\n[deny]\nOTHER_ID = ["heron"]\n')
    assert redacted(both, "A heron.") == "A [OTHER_ID_1]."


YAML = """
recognizers:
  - name: BadgeRecognizer
    supported_entity: BADGE
    patterns: [{name: badge, regex: '\\bgreen lantern\\b', score: 0.3}]
    context: [badge]
  - name: TeamRecognizer
    supported_entity: ORGANIZATION
    deny_list: [Night Owls]
"""


def test_recognizers_in_presidios_yaml_with_context_words_that_work(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(YAML, encoding="utf-8")
    path = write(tmp_path, 'recognizers = ["own.yaml"]\n')
    text = redacted(path, "Her badge reads green lantern. She is with the Night Owls.")
    assert text == "Her badge reads [OTHER_ID_1]. She is with the [ORGANIZATION_1]."
    assert "green lantern" in redacted(path, "He likes the green lantern comics.")


@pytest.mark.parametrize(
    "toml, words",
    [
        ('colour = "red"', "unknown key 'colour'; allowed: about, actions"),
        ('[actions]\nNAME = "tag"', "unknown entity type 'NAME'; allowed: PATIENT_NAME"),
        ('[actions]\nDATE = "burn"', "unknown action for DATE; allowed: tag, label"),
        ('[actions]\nCITY = "shift"', "only DATE can be shifted"),
        ('providers = "maybe"', "providers must be one of redact, keep"),
        ('zip_vintage = "1990"', "2020, 2000, strict"),
        ('extends = "hipaa"', "extends must be one of expert"),
        ("weekdays = 1", "weekdays must be true or false"),
        ('allow = "x"', "allow must be a list"),
        ('allow = ["none.txt"]', "none.txt cannot be read"),
        ('recognizers = ["none.yaml"]', "none.yaml does not exist"),
        ('[deny]\nDATE = "x"', "deny DATE must be a list"),
        ("default = ", "not valid TOML"),
    ],
)
def test_a_mistake_says_what_is_allowed(tmp_path: Path, toml: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        load_policy(str(write(tmp_path, toml + "\n")))
    assert str(caught.value).startswith("policy own.toml: ")


def test_an_unknown_policy_and_bad_recognizers(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="allowed: expert, limited_data_set"):
        load_policy("hipaa")
    (tmp_path / "own.yaml").write_text("recognizers: [{name: X}]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"own\.yaml: entry 1 is no pattern recognizer"):
        Redactor(str(write(tmp_path, 'recognizers = ["own.yaml"]\n')))


@pytest.mark.parametrize(
    "code, vintage, shown",
    [
        ("85281", "2020", "852"),
        ("03601", "2020", "000"),
        ("83001", "2020", "830"),
        ("83001", "2000", "000"),
        ("20401", "2000", "204"),
        ("20401", "strict", "000"),
        ("83001-1234", "strict", "000"),
        ("09012", "2020", "000"),
        ("8", "2020", "000"),
    ],
)
def test_zip3(code: str, vintage: str, shown: str) -> None:
    assert zip3(code, vintage) == shown  # type: ignore[arg-type]
