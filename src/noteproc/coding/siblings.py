"""Which of the codes that share a procedure's words are meant: the dictionary's conditions, held against the note.

Words that a condition wants may stand anywhere in what was done; words that it forbids count only near the match.
Where the note gives no number, or none of the wanted words, for any of the siblings, the plainest of them stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from noteproc.codesets import CPT, Quantity, When, Words
from noteproc.coding.index import PhraseIndex
from noteproc.coding.matching import Match
from noteproc.coding.nearness import Nearness
from noteproc.coding.quantities import Quantities
from noteproc.coding.reading import Reading
from noteproc.coding.scopes import Scopes

# So many words away a forbidden word, or one that tells a drug,
# speaks of the match, where it stands in another sentence.
_NEAR = 6
_NEAR_DRUG = 4
_DRUGS = "JQ"
# Only operations have a plain form that stands for the whole family.
_OPERATIONS = ("10004", "69990")


class Siblings:
    """Chooses among the matches of one stretch of words.

    Args:
        reading: the note.
        index: the compiled phrases.
        nearness: what stands near.
        quantities: the note's numbers.
    """

    def __init__(self, reading: Reading, index: PhraseIndex, nearness: Nearness, quantities: Quantities) -> None:
        self._reading = reading
        self._index = index
        self._nearness = nearness
        self._quantities = quantities
        self._scopes = Scopes(reading)

    def meant(self, group: Sequence[Match]) -> list[Match]:
        """The matches whose conditions hold; failing that, the plainest of those that merely lack words or numbers."""
        held: list[Match] = []
        lacking: list[tuple[int, float, str, Match]] = []
        for match in group:
            if self._scopes.are_of_another(match.code, match.at):
                continue
            missing = self._missing(match)
            if missing == 0:
                held.append(match)
            elif missing is not None:
                lacking.append((missing, self._least(match), match.code, match))
        if held or not lacking:
            return held
        first = min(lacking, key=lambda item: item[:3])
        plain = first[0] == 1 and _is_operation(first[3])
        return [first[3]] if plain else []

    def condition(self, match: Match) -> When:
        """The condition of a match's phrase."""
        return self._index.when(match.phrase)

    def _missing(self, match: Match) -> int | None:
        """How many wanted words or numbers the note does not give; None where it gives what rules the code out."""
        missing = 0
        for clause in self.condition(match).clauses:
            if isinstance(clause, Quantity):
                value = self._quantities.value(clause.name, match.first, match.last)
                if value is None and clause.negated:
                    continue
                if value is None:
                    missing += 2 if clause.low is not None and clause.high is None else 1
                elif not clause.admits(value):
                    return None
            elif clause.negated:
                if self._near(clause, match):
                    return None
            elif not self._wanted(clause, match):
                if clause.needed:
                    return None
                missing += 1
        return missing

    def _wanted(self, clause: Words, match: Match) -> bool:
        """Whether one of the wanted words stands in what was done; for a drug or supply, near its name.

        What a drug's code needs is said of the person, anywhere ("on dialysis").
        """
        if match.system != CPT and not (clause.needed and match.code[0] in _DRUGS):
            return self._near(clause, match)
        if not (self._own(clause, match) or self._nearness.stands(clause, match.at, whole=True)):
            return False
        if not self._scopes.tells(match.code):
            return True
        told = self._nearness.elsewhere(clause, match.at)
        first = next(told, None)
        return first is None or not self._scopes.are_of_another(match.code, chain((first,), told))

    def _own(self, clause: Words, match: Match) -> bool:
        """Whether the words of an operation's phrase say themselves what is wanted ("septum straightened": septum)."""
        if not _is_operation(match):
            return False
        own = {self._reading.keys[i] for i in match.at}
        return not clause.openings.isdisjoint(own) and any(keys[0] in own for keys in clause.keys if len(keys) == 1)

    def _near(self, clause: Words, match: Match) -> bool:
        if match.system != CPT:
            return self._nearness.stands_by(clause, match.at, _NEAR_DRUG, range(match.first, match.first))
        sentence = self._reading.sentence_of[match.first]
        return self._nearness.stands_by(clause, match.at, _NEAR, self._reading.words_of(sentence))

    def _least(self, match: Match) -> float:
        """The lowest number that the condition admits: the plain form asks for the least."""
        lows = [c.low or 0.0 for c in self.condition(match).clauses if isinstance(c, Quantity)]
        return max(lows, default=50.0)


def _is_operation(match: Match) -> bool:
    return match.system == CPT and _OPERATIONS[0] <= match.code <= _OPERATIONS[1]
