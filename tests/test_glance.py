"""The first glance: it passes over what is plainly nobody's, and nothing that the tagger would notice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from noteproc.artifacts import models_dir
from noteproc.errors import ModelError
from noteproc.evaluation import load_gold
from noteproc.redaction.features import candidates
from noteproc.redaction.plaintext import PlainText
from noteproc.redaction.tagger import PhiTagger
from noteproc.redaction.words import Words

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
NOTICED = 0.25


@pytest.fixture(scope="module")
def texts() -> list[str]:
    files = [CORPUS / "codes" / "a.jsonl", CORPUS / "phi" / "ah.jsonl", CORPUS / "phi" / "ai.jsonl"]
    return [note.text for path in files for note in list(load_gold([path]).values())[:20]]


@pytest.fixture(scope="module")
def tagger() -> PhiTagger:
    return PhiTagger(models_dir() / "phi_tagger")


@pytest.fixture(scope="module")
def thorough() -> PhiTagger:
    """The same tagger, which looks at every word that could be PHI."""
    made = PhiTagger(models_dir() / "phi_tagger")
    made._glance.worth = lambda kept, context, at: np.ones(len(at), dtype=bool)  # type: ignore[method-assign]
    return made


def likely(tagger: PhiTagger, text: str) -> NDArray[np.float32]:
    words = Words(PlainText(text).text)
    looks = tagger.look(words)
    found = np.zeros(len(words), dtype=np.float32)
    found[looks.tokens] = 1.0 - looks.probabilities[:, tagger.labels.index("O")]
    return found


def test_what_the_tagger_notices_is_not_passed_over(texts: list[str], tagger: PhiTagger, thorough: PhiTagger) -> None:
    noticed = missed = 0
    for text in texts:
        quick, slow = likely(tagger, text), likely(thorough, text)
        noticed += int(np.count_nonzero(slow >= NOTICED))
        missed += int(np.count_nonzero((slow >= NOTICED) & (quick < NOTICED)))
        looked = quick > 0
        np.testing.assert_allclose(quick[looked], slow[looked], atol=1e-4)
    assert noticed > 1000
    assert missed <= noticed // 500


def test_most_of_what_could_be_phi_is_passed_over(texts: list[str], tagger: PhiTagger) -> None:
    words = [Words(PlainText(text).text) for text in texts]
    looked = sum(np.count_nonzero(likely(tagger, text) > 0) for text in texts)
    assert looked < 0.6 * sum(np.count_nonzero(candidates(each)) for each in words)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Okonkwo", "Okonkwo"),
        ("Seen by Dr. Short.", "Short"),
        ("Denies chest pain. BP 120/80. Wife Rose at bedside", "Rose"),
        ("RS/kd", "RS"),
        ("pt walked w jimmy, daughter of mrs. alvarado", "alvarado"),
    ],
)
def test_names_are_worth_a_look_wherever_they_stand(
    text: str, name: str, tagger: PhiTagger, thorough: PhiTagger
) -> None:
    at = Words(text).words.index(name)
    assert likely(thorough, text)[at] >= NOTICED
    assert likely(tagger, text)[at] == pytest.approx(likely(thorough, text)[at], abs=1e-4)


@pytest.mark.parametrize("text", ["", " ", "-", "Denies", "BP 120/80"])
def test_texts_without_anything_to_look_at(text: str, tagger: PhiTagger) -> None:
    assert not np.any(likely(tagger, text) >= NOTICED)


def test_a_tagger_without_a_glance_is_refused(tmp_path: Path) -> None:
    shipped = models_dir() / "phi_tagger"
    (tmp_path / "labels.json").write_bytes((shipped / "labels.json").read_bytes())
    with np.load(shipped / "weights.npz") as stored:
        np.savez(tmp_path / "weights.npz", **{n: stored[n] for n in stored.files if not n.startswith("glance_")})
    with pytest.raises(ModelError, match="another version"):
        PhiTagger(tmp_path)
