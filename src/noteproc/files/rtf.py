"""Rich Text Format: body, headers, footers, notes, comments, deleted text and properties, each a part.

Source: Rich Text Format (RTF) Specification, version 1.9.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from noteproc.errors import ReadError
from noteproc.files.document import Document

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\"
)
_DEEPEST = 500
_CHARACTERS = {
    "par": "\n", "sect": "\n", "line": "\n", "page": "\f", "column": "\n", "row": "\n", "nestrow": "\n", "tab": "\t",
    "cell": " | ", "nestcell": " | ", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ", "softline": "\n",
}  # fmt: skip
_SYMBOLS = {b"~": "\u00a0", b"_": "‑", b"-": "", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}
_PLACES = {
    "header": "header", "headerl": "header", "headerr": "header", "headerf": "header",
    "footer": "footer", "footerl": "footer", "footerr": "footer", "footerf": "footer",
    "footnote": "footnote", "annotation": "comment", "atnauthor": "comment author", "atnid": "comment author",
    "title": "title", "subject": "subject", "author": "author", "manager": "manager", "company": "company",
    "operator": "operator", "category": "category", "keywords": "keywords", "comment": "remarks",
    "doccomm": "remarks", "fldrslt": "", "shptxt": "text box", "listtext": "", "pntext": "", "upr": "",
    "ud": "", "shp": "", "shpinst": "",
}  # fmt: skip
# Destinations that hold no words of the document.
_SKIPPED = frozenset({
    "fonttbl", "colortbl", "stylesheet", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator",
    "themedata", "colorschememapping", "datastore", "latentstyles", "xmlnstbl", "fldinst", "pict", "objdata",
    "objclass", "bkmkstart", "bkmkend", "datafield", "filetbl", "mmathPr", "sp", "nonshppict", "template",
    "passwordhash", "private", "atndate", "atnref", "atrfstart", "atrfend", "atntime", "atnicn", "creatim", "revtim",
    "printim", "buptim", "falt", "panose", "defchp", "defpap", "wgrffmtfilter", "do", "hlinkbase", "userprops",
})  # fmt: skip
_PROPERTIES = ("title", "subject", "author", "operator", "manager", "company", "category", "keywords", "remarks")
_CHARSETS = {
    0: "cp1252", 77: "mac-roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip


@dataclass(slots=True)
class _State:
    place: str = "body"
    skipped: bool = False
    deleted: bool = False
    codec: str = ""
    uc: int = 1
    fonts: bool = False


@dataclass(slots=True)
class _Reader:
    data: bytes
    codec: str = "cp1252"
    texts: dict[str, list[str]] = field(default_factory=dict)
    fonts: dict[int, str] = field(default_factory=dict)
    images: int = 0
    _pending: bytearray = field(default_factory=bytearray)
    _unpaired: int = 0
    _skip: int = 0
    _font: int = 0

    def read(self) -> None:
        state = _State()
        stack: list[_State] = []
        fresh = ignorable = False  # at the start of a group; after \*
        at, data = 0, self.data
        while at < len(data):
            found = _TOKEN.match(data, at)
            if found is None:  # pragma: no cover - the pattern takes any byte
                break
            at = found.end()
            word, number, code, symbol, brace, plain = found.groups()
            if brace == b"{":
                self._flush(state)
                self._skip = 0
                if len(stack) > _DEEPEST:
                    raise ReadError("is nested too deeply")
                stack.append(replace(state))
                fresh, ignorable = True, False
                continue
            if brace == b"}":
                self._flush(state)
                self._skip = 0
                if not stack:
                    break
                ended, state = state, stack.pop()
                if ended.place != state.place and ended.place != "body" and not ended.skipped:
                    self._put(ended, "\n")
                if not stack:
                    break
                continue
            if symbol == b"*" and fresh:
                ignorable = True
                continue
            if word is not None:
                name, value = word.decode(), int(number) if number is not None else None
                if name == "bin":
                    at += max(0, value or 0)
                    continue
                if fresh:
                    self._destination(state, name, ignorable)
                fresh = ignorable = False
                self._control(state, name, value)
                continue
            fresh = fresh and not (code or plain or symbol)
            if code:
                if self._skip:
                    self._skip -= 1
                elif not state.skipped:
                    self._pending.append(int(code, 16))
            elif symbol is not None:
                if self._skip:
                    self._skip -= 1
                else:
                    self._flush(state)
                    self._put(state, _SYMBOLS.get(symbol, ""))
            elif plain is not None:
                taken = min(self._skip, len(plain))
                self._skip -= taken
                if not state.skipped:
                    self._pending += plain[taken:]
        self._flush(state)

    def _destination(self, state: _State, name: str, ignorable: bool) -> None:
        if name in ("pict", "nonshppict") and not state.skipped:
            self.images += name == "pict"
            state.skipped = True
        elif name in _SKIPPED:
            state.fonts = name == "fonttbl"
            state.skipped = True
        elif name in _PLACES:
            state.place = _PLACES[name] or state.place
        elif ignorable:
            state.skipped = True

    def _control(self, state: _State, name: str, value: int | None) -> None:
        if name == "u" and value is not None:
            self._flush(state)
            self._unicode(state, value)
            self._skip = state.uc
            return
        if name in _CHARACTERS:
            if self._skip:
                self._skip -= 1
                return
            self._flush(state)
            self._put(state, _CHARACTERS[name])
        elif name == "uc":
            state.uc = min(max(value or 0, 0), 20)
        elif name == "ansicpg" and value:
            self.codec = _codec(f"cp{value}") or self.codec
        elif name == "mac":
            self.codec = "mac-roman"
        elif name in ("pc", "pca"):
            self.codec = "cp437" if name == "pc" else "cp850"
        elif name == "f" and value is not None:
            self._flush(state)
            self._font = value
            if not state.fonts:
                state.codec = self.fonts.get(value, "")
        elif name == "fcharset" and state.fonts and value is not None and value in _CHARSETS:
            self.fonts[self._font] = _CHARSETS[value]
        elif name in ("deleted", "plain"):
            self._flush(state)
            state.deleted = name == "deleted" and value != 0
            if name == "plain":
                state.codec = ""

    def _unicode(self, state: _State, value: int) -> None:
        unit = value & 0xFFFF
        if 0xDC00 <= unit < 0xE000 and self._unpaired:
            self._put(state, chr(0x10000 + ((self._unpaired - 0xD800) << 10) + (unit - 0xDC00)))
            self._unpaired = 0
            return
        self._unpaired = unit if 0xD800 <= unit < 0xDC00 else 0
        if not self._unpaired:
            self._put(state, "\ufffd" if 0xDC00 <= unit < 0xE000 else chr(unit))

    def _flush(self, state: _State) -> None:
        if self._pending:
            shown = bytes(self._pending)
            self._pending.clear()
            try:
                text = shown.decode(state.codec or self.codec)
            except UnicodeDecodeError:
                text = shown.decode("latin-1")
            self._put(state, text.replace("\0", ""))

    def _put(self, state: _State, text: str) -> None:
        if text and not state.skipped:
            place = "deletions" if state.deleted and state.place == "body" else state.place
            self.texts.setdefault(place, []).append(text)


def rtf_document(data: bytes) -> Document:
    """The document in an RTF file.

    Raises:
        ReadError: it is no RTF.
    """
    if not data.lstrip().startswith(b"{\\rtf"):
        raise ReadError("is not RTF")
    reader = _Reader(data.lstrip())
    reader.read()
    texts = {place: _tidy("".join(pieces)) for place, pieces in reader.texts.items()}
    document = Document()
    document.images = reader.images
    for place in ("header", "body", "text box", "footer", "footnote", "comment"):
        if texts.get(place, "").strip():
            document.add(place, texts[place], gap="\n\n")
    if texts.get("deletions", "").strip():
        document.title("Deleted text:")
        document.add("deletions", texts["deletions"])
    properties = [(name, texts[name].strip()) for name in _PROPERTIES if texts.get(name, "").strip()]
    if properties and document.length:
        document.title("Document properties:")
        for name, value in properties:
            document.add(f"property {name}", f"{name.capitalize()}: {value}")
    for name in ("author", "operator", "manager", "comment author"):
        document.know("OTHER_NAME", *texts.get(name, "").splitlines())
    return document


def _tidy(text: str) -> str:
    return re.sub(r" \| (?=\n|$)", "", text).strip("\n")


def _codec(name: str) -> str:
    try:
        b"".decode(name)
    except LookupError:
        return ""
    return name
