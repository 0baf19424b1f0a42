"""The letters of a profession behind a name: "Rivers, M.D., F.A.C.S."."""

from __future__ import annotations

import re
from string import ascii_uppercase

from noteproc.redaction import lexicon as lx

_CREDENTIALS = frozenset(lx.read_words("credentials.txt"))
_SURE_OF_TWO = frozenset({"md", "rn", "np"})
_DOTTED_OF_TWO = _SURE_OF_TWO | {"do"}
_LETTERS_BEHIND = re.compile(r"[, ]{1,3}((?:[A-Z]\.?-?(?:h\.?)?){2,6}\.?)$")
# The characters with which that pattern ends.
_ENDS_LETTERS = frozenset(ascii_uppercase + "h.-")


def before_profession(text: str, start: int, end: int) -> int:
    """Where a name ends, the letters of a profession behind it left out: "Rivers M.D.", "Bright CNMT"."""
    while end > start and text[end - 1] in _ENDS_LETTERS:
        found = _LETTERS_BEHIND.search(text, start, end)
        if found is None or found.end() != end or found.start() <= start:
            return end
        letters = found[1].replace(".", "").replace("-", "").lower()
        # Among capitals "DO" and "MA" may be names.
        short = len(letters) < 3 and letters not in _SURE_OF_TWO and text[start : found.start()].isupper()
        if letters not in _CREDENTIALS or short:
            return end
        end = found.start()
    return end


def is_profession(text: str, start: int, end: int) -> bool:
    """Whether letters with dots behind a comma are those of a profession: "Rivers, M.D., F.A.C.S."."""
    shown = text[start:end]
    if "." not in shown or not text[max(0, start - 3) : start].rstrip().endswith(","):
        return False
    told = [part.strip().replace(".", "").lower() for part in shown.split(",")]
    # "RIVERS, M.A." may well be a name and its initials.
    return all(part in _CREDENTIALS and (len(part) > 2 or part in _DOTTED_OF_TWO) for part in told)
