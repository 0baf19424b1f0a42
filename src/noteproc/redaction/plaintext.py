"""A plain view of a text for detection: look-alike characters made ASCII, invisible ones taken out, offsets kept.

A zero-width or direction mark inside a number must not hide it, nor a full-width digit or a Cyrillic letter that looks
like a Latin one. Detection sees the plain view; spans are carried back to the text as read.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from functools import lru_cache

_INVISIBLE = frozenset("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\ufeff\ufff9\ufffa\ufffb") | {
    chr(c)
    for first, last in ((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
    for c in range(first, last + 1)
}
_LOOKALIKE = {
    ord(ch): ascii_form
    for ascii_form, likes in (
        ("'", "’‘ʼ′‛＇"),
        ('"', "“”„″"),
        ("-", "‐‑‒–—―−﹣－⁃"),
        ("/", "⁄∕／"),
        (".", "．․"),
        (":", "：∶"),
        ("#", "＃"),
        ("@", "＠"),
        (" ", "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"),
    )
    for ch in likes
} | dict(
    zip(
        map(ord, "АВЕЅІЈКМНОРСТУХавеѕіјкмнорстухԁԛԝѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧοικνρ"),
        "ABESIJKMHOPCTYXabesijkmhopctyxdqwvABEZHIKMNOPTYXoikvp",
        strict=True,
    )
)
_STRANGE = re.compile(r"[^\x00-\x7f]")


@lru_cache(maxsize=4096)
def _plain_char(ch: str) -> str:
    if ch in _INVISIBLE:
        return ""
    mapped = ch.translate(_LOOKALIKE)
    if mapped != ch:
        return mapped
    if unicodedata.category(ch) == "Nd":
        return str(unicodedata.digit(ch))
    if ch < "\u0250":
        return ch
    folded = unicodedata.normalize("NFKC", ch)
    if len(folded) == 1 and folded.isascii():
        return folded
    decomposed = unicodedata.normalize("NFKD", folded)
    return decomposed if len(decomposed) == 1 and decomposed.isascii() else ch


class PlainText:
    """The plain view of ``source``.

    Args:
        source: the text as read.

    Attributes:
        text: the plain view, to detect on.
    """

    __slots__ = ("_gone", "source", "text")

    def __init__(self, source: str) -> None:
        self.source = source
        # How many of the characters that stay stand before each one that is taken out.
        self._gone = array("q")
        self.text = source
        if source.isascii():
            return
        gone = ""
        for ch in {m.group() for m in _STRANGE.finditer(source)}:
            new = _plain_char(ch)
            if new != ch:
                self.text = self.text.replace(ch, new)
                gone += "" if new else re.escape(ch)
        if gone:
            found = re.finditer(f"[{gone}]", source)
            self._gone = array("q", (m.start() - before for before, m in enumerate(found)))

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source that shows a non-empty span of the plain view."""
        if not self._gone:
            return start, end
        return start + bisect_right(self._gone, start), end + bisect_right(self._gone, end - 1)
