"""The redactor: a note goes in, a note without protected health information comes out."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from presidio_analyzer import EntityRecognizer

from noteproc.errors import ConfigError, RedactionError
from noteproc.records import Note, OffsetMap, PhiSpan, RedactedNote
from noteproc.redaction import lexicon as lx
from noteproc.redaction.context import ReleaseChooser, context_of
from noteproc.redaction.edges import TAGGED, trimmed
from noteproc.redaction.engine import NoteAnalyzer
from noteproc.redaction.entities import ENTITY_TYPES, NAME_TYPES
from noteproc.redaction.labels import label_is_private
from noteproc.redaction.lexicon import lexicon
from noteproc.redaction.people import People
from noteproc.redaction.phrases import PolicyPhrases
from noteproc.redaction.plaintext import PlainText
from noteproc.redaction.policy import Action, Policy, load_policy
from noteproc.redaction.reach import joined, whole
from noteproc.redaction.recognizers.accounts import AccountRecognizer
from noteproc.redaction.recognizers.addresses import AddressRecognizer
from noteproc.redaction.recognizers.ages import AgeRecognizer
from noteproc.redaction.recognizers.base import BARELY, LIKELY, SURE, Hit
from noteproc.redaction.recognizers.bedsides import BedsideRecognizer
from noteproc.redaction.recognizers.custom import custom_recognizers
from noteproc.redaction.recognizers.dates import NoteDateRecognizer
from noteproc.redaction.recognizers.electronic import ElectronicRecognizer
from noteproc.redaction.recognizers.facilities import FacilityRecognizer
from noteproc.redaction.recognizers.identifiers import IdentifierRecognizer
from noteproc.redaction.recognizers.mentions import MentionRecognizer
from noteproc.redaction.recognizers.names import NameRecognizer
from noteproc.redaction.recognizers.organizations import OrganizationRecognizer
from noteproc.redaction.recognizers.phones import NotePhoneRecognizer
from noteproc.redaction.recognizers.scattered import ScatteredRecognizer
from noteproc.redaction.recognizers.segments import SegmentRecognizer
from noteproc.redaction.recognizers.signatures import SignatureRecognizer
from noteproc.redaction.recognizers.smallplaces import SmallPlaceRecognizer
from noteproc.redaction.recognizers.tagged import TaggedRecognizer
from noteproc.redaction.recognizers.towns import TownRecognizer
from noteproc.redaction.recognizers.whereabouts import WhereaboutsRecognizer
from noteproc.redaction.recognizers.worded_dates import WordedDateRecognizer
from noteproc.redaction.replacements import TAG, Operator, Replacer, year_of
from noteproc.redaction.shield import Shield, telling
from noteproc.redaction.spans import Span, resolve, supported
from noteproc.redaction.sweep import Sweep, known_identifiers
from noteproc.redaction.windows import Window, windows
from noteproc.redaction.words import Words

_TAGGED = "TAGGED_"
# The words of a text of up to so many characters are made once; those of a longer one would fill the memory.
_WORDS_KEPT = 400_000
# So many characters before and behind a numbered tag are read in its light.
_BESIDE = 40
_NUMBERED = re.compile(r"_\d")
_THRESHOLD = 0.5
_BIRTH = re.compile(r"(?:dob|d\.o\.b|birth|born|birthdate|bday)\W{0,4}(?:date|of|on|in)?\W{0,4}$", re.IGNORECASE)


_KINDS = (
    NameRecognizer,
    SignatureRecognizer,
    MentionRecognizer,
    BedsideRecognizer,
    NoteDateRecognizer,
    WordedDateRecognizer,
    AgeRecognizer,
    NotePhoneRecognizer,
    AddressRecognizer,
    FacilityRecognizer,
    WhereaboutsRecognizer,
    SmallPlaceRecognizer,
    TownRecognizer,
    OrganizationRecognizer,
    IdentifierRecognizer,
    ElectronicRecognizer,
    AccountRecognizer,
    ScatteredRecognizer,
    SegmentRecognizer,
    TaggedRecognizer,
)
# What others configured ends where they said it ends.
_REACHING = frozenset(kind.__name__ for kind in _KINDS)


def recognizers() -> list[EntityRecognizer]:
    """Our recognizers, for the registry of ours or of any Presidio user."""
    return [kind() for kind in _KINDS]


@lru_cache(maxsize=4)
def _analyzer(custom: tuple[Path, ...] = ()) -> NoteAnalyzer:
    ours = [kind() for kind in _KINDS if kind is not TaggedRecognizer]
    return NoteAnalyzer([*ours, TaggedRecognizer(_TAGGED), *custom_recognizers(custom)])


class Redactor:
    """Finds protected health information and replaces it.

    Args:
        policy: the name of a shipped policy, a path to a TOML file, or a ``Policy``.
        operator: ``tag`` (``[DATE_1: 2025]``), ``label`` (``[DATE: 2025]``) or ``mask`` (blocks of the same length).
        releases: gives the code-set releases for a date of service, for the coding context.

    Raises:
        ConfigError: an unknown policy or operator.
        ModelError: a dictionary or the tagger is missing.
    """

    def __init__(
        self,
        policy: str | Policy = "safe_harbor",
        operator: Operator = "tag",
        *,
        releases: ReleaseChooser | None = None,
    ) -> None:
        if operator not in ("tag", "label", "mask"):
            raise ConfigError("unknown operator; allowed: tag, label, mask")
        self.policy = policy if isinstance(policy, Policy) else load_policy(policy)
        self.operator: Operator = operator
        self._releases = releases
        self._prepare()

    def _prepare(self) -> None:
        self._engine = _analyzer(self.policy.recognizers)
        self._lexicon = lexicon()
        self._shield = Shield(self._lexicon)
        self._replacer = Replacer(self.operator, self.policy)
        self._phrases = PolicyPhrases(self.policy)

    def __getstate__(self) -> dict[str, object]:
        return {"policy": self.policy, "operator": self.operator, "releases": self._releases}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__init__(state["policy"], state["operator"], releases=state["releases"])  # type: ignore[misc]

    def redact(self, note: Note) -> RedactedNote:
        """The note without its protected health information.

        Raises:
            RedactionError: anything went wrong; nothing of the note may be emitted.
        """
        try:
            return self._redact(note)
        except Exception:
            raise RedactionError(f"redaction failed for note {note.note_id}") from None

    def label_is_private(self, label: str, note: Note | None = None, redacted: RedactedNote | None = None) -> bool:
        """Whether a file name or record id holds PHI and may stand in no output.

        Args:
            label: the relative path or the id as it was read.
            note: the note that it names, if it could be read.
            redacted: the same note redacted: what was found there is looked for in the label.
        """
        found = None
        if note is not None and redacted is not None:
            found = {note.text[p.start : p.end] for p in redacted.phi}
        return label_is_private(label, found, self._lexicon)

    def trace(self, note: Note) -> tuple[PlainText, list[tuple[Span, float]], list[Span]]:
        """What ``explain`` shows: the plain view, what recognizers noticed with the score left by the shield, the end.

        Raises:
            RedactionError: detection failed.
        """
        try:
            plain = PlainText(note.text)
            voices = [
                (window.whole(s), self._shielded(words, s).score)
                for window in windows(plain.text)
                for words, found in (self._hear(window),)
                for s in _reaching(words, found)
            ]
            _, spans, _ = self._detect(note, plain.text)
        except Exception:
            raise RedactionError(f"redaction failed for note {note.note_id}") from None
        return plain, voices, spans

    def action(self, entity_type: str) -> Action:
        """What becomes of an entity type."""
        return self._replacer.action(entity_type)

    def _redact(self, note: Note) -> RedactedNote:
        plain = PlainText(note.text)
        text = plain.text
        words, spans, persons = self._detect(note, text)
        hidden = self._hidden_years(text, spans)
        going = [s for s in spans if self._replacer.action(s.entity_type) != "keep"]
        new = self._replacer.replacements(text, going, persons, hidden_years=hidden)
        source_spans = [s.over(a, b) for s in going for a, b in (plain.to_source(s.start, s.end),)]
        for at, s in enumerate(source_spans):
            if self._replacer.action(s.entity_type) == "mask":
                new[at] = "".join(c if c.isspace() else "█" for c in note.text[s.start : s.end])
        redacted = self._replacer.apply(note.text, source_spans, new)
        phi = tuple(_phi(source_spans, new))
        context = context_of(note, text, words, spans, self._releases)
        return RedactedNote(note.note_id, redacted, phi, OffsetMap(phi), context)

    def _detect(self, note: Note, text: str) -> tuple[Words, list[Span], dict[Span, int]]:
        """The words of the text, or of its beginning, the spans that may go, and who is meant by those of names."""
        tags = [(m.start(), m.end()) for m in TAG.finditer(text)] if "[" in text or "90+" in text else []
        beside = _beside(text, tags)
        parts = list(windows(text))
        raw: list[Span] = []
        for window in parts:
            words, found = self._hear(window)
            if len(text) <= _WORDS_KEPT:
                window.keep(words)
            if tags:
                placed = [(s, window.whole(s)) for s in found]
                found = [s for s, w in placed if _counts(w, tags, beside) or self._is_whole_name(text, w, tags)]
            reaching = _reaching(words, found)
            heard = [self._shielded(words, s) for s in reaching if s.recognizer != TAGGED]
            tagged = [self._shielded(words, s) for s in telling(reaching, heard, _THRESHOLD)]
            raw += [window.whole(s) for s in heard + tagged if s.score > 0.0]
        raw = self._phrases.settled(text, raw)
        spans = list(trimmed(text, supported(trimmed(text, raw), _THRESHOLD)))
        reached: list[Span] = []
        for window, words, inside in _by_window(parts, spans):
            reached += [window.whole(whole(words, s)) if s.recognizer in _REACHING else window.whole(s) for s in inside]
        spans = joined(text, resolve(reached))
        known = known_identifiers(note.metadata)
        people = self._people(text, spans, known)
        more = self._swept(text, parts, spans, Sweep(text, spans, people, known, self._lexicon))
        allowed = self._phrases.allowed(text)
        more = [s for s in more if not _touches(s, tags) and not _within(s, allowed)]
        if more:
            # Trimming may let a span grow to the end of its word, into its neighbour.
            before = [s for s in spans if s.entity_type in NAME_TYPES]
            spans = resolve(list(trimmed(text, resolve([*spans, *more]))))
            if before != [s for s in spans if s.entity_type in NAME_TYPES]:
                people = self._people(text, spans, known)
        roles = people.roles()
        final: list[Span] = []
        persons: dict[Span, int] = {}
        for s in spans:
            if s in roles:
                role, index = roles[s]
                named = s.called(role)
                persons[named] = index
                final.append(named)
            elif any(map(str.isalnum, text[s.start : s.end])):
                state = s.entity_type == "CITY" and self._lexicon.is_state(text[s.start : s.end])
                final.append(s.called("STATE") if state else s)
        return parts[0].words, final, persons

    @staticmethod
    def _swept(text: str, parts: Sequence[Window], spans: Sequence[Span], sweep: Sweep) -> list[Span]:
        """What the second look finds."""
        covered = bytearray(len(text) + 1)
        for s in spans:
            covered[s.start : s.end] = b"\1" * (s.end - s.start)
        more: list[Span] = []
        for window in parts:
            shown = covered[window.offset : window.offset + len(window.text)]
            more += [window.whole(s) for s in sweep.over(window.words, shown) if window.owns(s.start)]
        return more

    def _is_whole_name(self, text: str, span: Span, tags: Sequence[tuple[int, int]]) -> bool:
        """Whether a span is a whole name, tag beside it or not: its first word a known one, none of them ordinary."""
        if _touches(span, tags) or span.entity_type not in NAME_TYPES:
            return False
        names = text[span.start : span.end].replace(",", " ").split()
        bits = [self._lexicon.bits(n.lower()) for n in names]
        ordinary = any(b & lx.ORDINARY or (b & lx.CLINICAL and not b & lx.NAME) for b in bits)
        return len(names) > 1 and not ordinary and all(n[0].isupper() for n in names) and bool(bits[0] & lx.NAME)

    def _shielded(self, words: Words, span: Span) -> Span:
        """The span with the score that clinical language leaves it."""
        score = self._shield.lowered(words, span)
        return span if score == span.score else span.scored(max(0.0, round(score, 3)))

    def _people(self, text: str, spans: Sequence[Span], known: Sequence[tuple[str, str]]) -> People:
        """Who is named in the note, those whom the caller knows first."""
        people = People(self._lexicon)
        for kind, value in known:
            if kind in NAME_TYPES:
                people.add_known(value, kind)
        people.add_all(text, spans)
        return people

    def _hear(self, window: Window) -> tuple[Words, list[Span]]:
        """The words that a window shows and what the recognizers notice that begins in its core."""
        artifacts = self._engine.nlp_engine.process_text(window.text, "en")
        return artifacts.words, [_span(hit, who) for hit, who in self._engine.hear(artifacts) if window.owns(hit.start)]

    @staticmethod
    def _hidden_years(text: str, spans: Sequence[Span]) -> frozenset[str]:
        """Years of birth that show an age over 89, stated in the note or following from its dates."""
        births: list[tuple[str, int]] = []
        latest = 0
        for s in spans:
            if s.entity_type != "DATE":
                continue
            year = year_of(text[s.start : s.end])
            if year is None:
                continue
            if _BIRTH.search(text[max(0, s.start - 24) : s.start]):
                births.append((year, int(year)))
            else:
                latest = max(latest, int(year))
        old = any(s.entity_type == "AGE_OVER_89" for s in spans)
        return frozenset(year for year, value in births if old or (latest and latest - value > 89) or value < 1936)


@lru_cache(maxsize=1024)
def _kind(entity_type: str) -> str:
    """The entity type as a policy knows it."""
    shown = entity_type.removeprefix(_TAGGED)
    return shown if shown in ENTITY_TYPES else "OTHER_ID"


def _span(hit: Hit, who: str) -> Span:
    start, end, entity_type, score = hit
    return tuple.__new__(Span, (start, end, _kind(entity_type), float(score), who))


def _reaching(words: Words, spans: Sequence[Span]) -> list[Span]:
    """The spans trimmed, those of the tagger over all of what they are a part of."""
    return [whole(words, s) if s.recognizer == TAGGED else s for s in trimmed(words.text, spans)]


def _by_window(parts: Sequence[Window], spans: Sequence[Span]) -> Iterator[tuple[Window, Words, list[Span]]]:
    """Each window with its words and those of some spans in order that begin in it, in its own offsets."""
    starts = [s.start for s in spans]
    for window in parts:
        inside = spans[bisect_left(starts, window.start) : bisect_left(starts, window.end)]
        if inside:
            yield window, window.words, [window.own(s) for s in inside]


def _beside(text: str, tags: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What stands beside the numbered tags of a text, as disjoint stretches in order."""
    stretches: list[tuple[int, int]] = []
    for start, end in tags:
        if _NUMBERED.search(text, start, end):
            first, last = start - _BESIDE, end + _BESIDE
            if stretches and first <= stretches[-1][1]:
                first, _ = stretches.pop()
            stretches.append((first, last))
    return stretches


def _counts(span: Span, tags: Sequence[tuple[int, int]], beside: Sequence[tuple[int, int]]) -> bool:
    """Whether a span counts in a text with tags: it is no part of one, and beside one only what a pattern is sure of.

    Else what was redacted would be redacted further: neither the tagger nor weak patterns read a tag as what it hides.
    What stands barely may stand only because words became tags.
    """
    if _touches(span, tags):
        return False
    if span.recognizer not in _REACHING or (span.score >= SURE and span.recognizer != TAGGED):
        return True
    # What may be a day or a mark of a scale was judged beside the figures that are tags now.
    doubtful = span.score == BARELY or (span.entity_type == "DATE" and span.score < LIKELY)
    return not _touches(span, beside) and not (beside and doubtful)


def _touches(span: Span, stretches: Sequence[tuple[int, int]]) -> bool:
    """Whether a span touches one of some disjoint stretches in order."""
    at = bisect_left(stretches, (span.end, 0)) - 1
    return at >= 0 and stretches[at][1] > span.start


def _within(span: Span, stretches: Sequence[tuple[int, int]]) -> bool:
    """Whether a span lies in one of some disjoint stretches in order."""
    at = bisect_left(stretches, (span.start + 1, 0)) - 1
    return at >= 0 and span.end <= stretches[at][1]


def _phi(spans: Sequence[Span], new: Sequence[str]) -> Iterator[PhiSpan]:
    shift = 0
    for s, words in zip(spans, new, strict=True):
        start = s.start + shift
        end = start + len(words)
        yield PhiSpan(s.start, s.end, s.entity_type, round(s.score, 3), s.recognizer, words, start, end)
        shift += len(words) - (s.end - s.start)
