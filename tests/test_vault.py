"""The vault: sealed, closed to a wrong key, changed all at once or not at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from noteproc.errors import ConfigError
from noteproc.redaction import keys
from noteproc.redaction.vault import Vault

KEY = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "v.vault"
    vault = Vault.create(made, KEY)
    scope = vault.scope("patient\nP1")
    scope.words["quartermain"] = "sanders"
    vault.keep_scope("patient\nP1", scope)
    vault.keep_note("a", "Pt [PATIENT_NAME_1]", [(3, 19, "Quartermain")])
    vault.commit()
    vault.close()
    return made


def test_what_is_kept_comes_back(path: Path) -> None:
    vault = Vault.open(path, KEY)
    kept = vault.note_of_text("Pt [PATIENT_NAME_1]")
    assert kept is not None
    assert (kept.note_id, kept.spans) == ("a", ((3, 19, "Quartermain"),))
    assert vault.note_of_id("a") == kept
    assert vault.note_of_id("b") is None
    assert vault.note_of_text("Pt") is None
    assert vault.scope("patient\nP1").words == {"quartermain": "sanders"}
    assert [note.note_id for note in vault.notes()] == ["a"]
    assert [scope["name"] for scope in vault.scopes()] == ["patient\nP1"]


def test_the_file_shows_nothing_and_its_owner_alone_reads_it(path: Path) -> None:
    data = path.read_bytes()
    for words in (b"Quartermain", b"quartermain", b"PATIENT_NAME", b"P1"):
        assert words not in data
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_wrong_key_says_so_and_changes_nothing(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="the key does not open this vault; nothing was changed"):
        Vault.open(path, bytes(32))
    assert path.read_bytes() == before


def test_rotation_shuts_the_old_key_out(path: Path) -> None:
    vault = Vault.open(path, KEY)
    vault.rotate(bytes(32))
    assert vault.note_of_id("a") is not None
    vault.close()
    with pytest.raises(ConfigError, match="does not open"):
        Vault.open(path, KEY)
    again = Vault.open(path, bytes(32))
    assert again.note_of_text("Pt [PATIENT_NAME_1]") is not None
    assert again.scope("patient\nP1").words == {"quartermain": "sanders"}


def test_a_rotation_that_fails_changes_nothing(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE notes SET sealed = zeroblob(40)")
    db.close()
    vault = Vault.open(path, KEY)
    with pytest.raises(ConfigError):
        vault.rotate(bytes(32))
    vault.close()
    assert Vault.open(path, KEY).scope("patient\nP1").words == {"quartermain": "sanders"}


def test_a_value_moved_to_another_place_does_not_open(path: Path) -> None:
    vault = Vault.open(path, KEY)
    vault.keep_note("b", "Pt x", [])
    vault.commit()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE notes SET sealed = (SELECT sealed FROM notes ORDER BY rowid LIMIT 1)")
    db.close()
    with pytest.raises(ConfigError):
        vault.note_of_id("b")


def test_draws_repeat_for_copies_of_a_vault_and_differ_between_vaults(path: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(path.read_bytes())
    draws = []
    for file in (path, tmp_path / "copy"):
        scope = Vault.open(file, KEY).scope("patient\nP2")
        draws.append([scope.draw(1000) for _ in range(8)])
    other = Vault.in_memory().scope("patient\nP2")
    assert draws[0] == draws[1] != [other.draw(1000) for _ in range(8)]


def test_destroy_takes_vaults_alone(path: Path, tmp_path: Path) -> None:
    thesis = tmp_path / "thesis.doc"
    thesis.write_text("x", encoding="utf-8")
    with pytest.raises(ConfigError, match="nothing was removed"):
        Vault.destroy(thesis)
    with pytest.raises(ConfigError, match="no vault of this version"):
        Vault.open(thesis, KEY)
    with pytest.raises(ConfigError, match="never written over"):
        Vault.create(path, KEY)
    Vault.destroy(path)
    assert not path.exists()
    with pytest.raises(ConfigError, match="there is no vault"):
        Vault.open(path, KEY)


def test_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "k"
    key = keys.new_key()
    keys.write_key(file, key)
    assert file.stat().st_mode & 0o777 == 0o600
    assert keys.load_key(file) == key
    assert keys.load_key(environment={keys.VARIABLE: file.read_text(encoding="ascii")}) == key
    with pytest.raises(ConfigError, match="never written over"):
        keys.write_key(file, key)
    monkeypatch.setattr(keys, "_stored", lambda: "")
    for broken, words in (({}, "there is no key"), ({keys.VARIABLE: "hunter2"}, "NOTEPROC_KEY holds no key")):
        with pytest.raises(ConfigError, match=words) as caught:
            keys.load_key(environment=broken)
        assert "hunter2" not in str(caught.value)
    file.write_text("é", encoding="utf-8")
    with pytest.raises(ConfigError, match="k holds no key"):
        keys.load_key(file)
    with pytest.raises(ConfigError, match="cannot be read"):
        keys.load_key(tmp_path / "none")
