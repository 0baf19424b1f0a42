"""What changes in one FHIR resource, or a Bundle of them, when it is copied without PHI.

Taken out is what may hold words of a person and is no note: narratives, attachments that were not read, annotations,
comments, photographs, extensions with free text, and the text beside a code where it is not the code's own display. An
entry whose note has no result is taken out whole. Titles stay, unless they name somebody whom the file names.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence

from noteproc.files.decoding import decoded
from noteproc.files.edits import Edit, edited
from noteproc.files.fhir_people import PERSONS, display_type, number_type, person_identifiers, telecom_type
from noteproc.files.fhir_resource import Value
from noteproc.files.jsontext import JsonPath, Node, json_string
from noteproc.redaction.entities import NAME_TYPES
from noteproc.redaction.fields import NoteFields

_DAY = re.compile(r"(?:19|20)\d\d-\d\d(?:-\d\d(?:T[0-9:.]+(?:Z|[+-]\d\d:\d\d)?)?)?")
# Elements of type instant: a bare year is no value of theirs.
_INSTANTS = frozenset({"issued", "lastUpdated", "timestamp", "recorded", "date"})
_FREE = frozenset(
    {"note", "comment", "description", "patientInstruction", "valueString", "photo", "conclusion", "contentString",
     "progress", "hash", "size", "source", "clinicalNotes", "detail", "instruction", "summary"}
)  # fmt: skip
_FREE_VALUES = (
    "valueString", "valueMarkdown", "valueAddress", "valueHumanName", "valueIdentifier", "valueContactPoint",
    "valueAttachment", "valueReference", "valueAnnotation", "valueUri", "valueUrl", "valueId", "valueOid", "valueUuid",
)  # fmt: skip
# Keys that hold nothing but a number of somebody or something.
_NUMBERS = {
    "subscriberId": "HEALTH_PLAN_ID",
    "serialNumber": "DEVICE_ID",
    "distinctIdentifier": "DEVICE_ID",
    "deviceIdentifier": "DEVICE_ID",
    "carrierHRF": "DEVICE_ID",
    "lotNumber": "DEVICE_ID",
    "preAuthRef": "HEALTH_PLAN_ID",
}
_FREE_STRINGS = frozenset({"basis", "businessArrangement", "deviceName", "statusReason"})
_CONTACTS = frozenset({"phone", "fax", "email", "pager", "url", "sms", "other"})
_ATTACHMENT = frozenset({"contentType", "data", "hash", "size", "creation"})
_WORD = re.compile(r"[^\W_]+")
_WITHHELD = "[TEXT WITHHELD]"
_SHORTEST_KNOWN = 5
_LINKS = frozenset({"id", "reference", "fullUrl"})


class ResourceCopy:
    """What changes in one JSON text.

    Attributes:
        new: path to what stands there instead.
        gone: paths that are taken out.
    """

    def __init__(self, text: str, root: Node) -> None:
        self.new: dict[JsonPath, str] = {}
        self.gone: set[JsonPath] = set()
        self._text = text
        self._root = root
        self._notes: set[JsonPath] = set()
        self._around: set[JsonPath] = set()  # of the notes, every value that holds one
        self._known: dict[str, dict[str, str]] = {}  # first word to the whole, folded, to its kind
        self._links: dict[str, str] = {}

    def note_value(self, value: Value, edits: Sequence[Edit], shown: str) -> None:
        """Change a value that holds text of a note; with no edits it stays as it is.

        Args:
            value: where it is.
            edits: what changes in it.
            shown: the text that was read of it, which stands for a document (RTF, PDF ...) from now on.
        """
        node = self._root.at(value.path)
        if node is None or node.value is None or not value.path:
            return  # a Binary of another line, which goes with the attachments there
        kind = self._root.at((*value.path[:-1], "contentType"))
        if value.form == "base64 document" and kind is None:
            return  # nothing would say that it is text now: it goes with the attachments that were not read
        self._notes.add(value.path)
        self._around |= {value.path[:n] for n in range(len(value.path) + 1)}
        if value.form == "string":
            self._set(node, edited(node.value, edits))
        elif value.form == "html":
            self._set(node, _bare(edited(node.value, [Edit(e.start, e.end, _markup(e.new)) for e in edits])))
        elif value.form == "base64 document":
            assert kind is not None
            self._set(node, base64.b64encode(edited(shown, edits).encode()).decode())
            self._set(kind, "text/plain; charset=utf-8")
        else:
            data = base64.b64decode(re.sub(r"\s", "", node.value))
            if value.form == "base64 html":
                shown, encoding = decoded(data)
                shown = _bare(edited(shown, [Edit(e.start, e.end, _markup(e.new)) for e in edits]))
            else:
                shown, encoding = decoded(data)
                shown = edited(shown, edits)
            new = encoding.bom + encoding.encoded(shown)
            if new != data:
                self._set(node, base64.b64encode(new).decode())

    def redact(self, fields: NoteFields) -> None:
        """Change and take out everything that is no text of a note."""
        for node in self._root.walk():
            if node.kind == "object" and node.get("resourceType") is not None:
                self._learn(node)
        self._resource(self._root, fields, "")

    def _set(self, node: Node, value: str) -> None:
        if value != node.value:
            self.new[node.path] = json_string(value, self._text[node.start : node.end])

    def _learn(self, resource: Node) -> None:
        """Remember the names and numbers of people, so that they stand nowhere else either."""
        for kind, words in person_identifiers(_plain(resource)):
            if kind in NAME_TYPES:
                for word in re.findall(r"[^\W\d_]+", words):
                    self._remember(word, kind)
            elif kind.endswith(("_NUMBER", "_ID", "_SSN", "_ADDRESS")):
                self._remember(words, kind)

    def _remember(self, words: str, kind: str) -> None:
        first = _WORD.search(words)
        if first and len(words) >= _SHORTEST_KNOWN:
            self._known.setdefault(first[0].casefold(), {})[words.casefold()] = kind

    def _resource(self, node: Node, fields: NoteFields, kind: str) -> None:
        """One value: by its key and the resource around it."""
        if node.path in self._notes or node.path in self.gone:
            return
        if node.kind == "object":
            kind = node.text("resourceType") or kind
            self._object(node, fields, kind)
        elif node.kind == "list":
            for child in node.children:
                self._resource(child, fields, kind)
        elif node.kind == "string":
            self._string(node, fields, kind)

    def _object(self, node: Node, fields: NoteFields, kind: str) -> None:
        if node.key == "text" and node.get("div") is not None and not self._holds_note(node):
            self.gone.add(node.path)
            return
        if node.get("authorString") is not None or node.get("authorReference") is not None:
            self.gone.add(node.path)  # an Annotation: somebody's own words
            return
        if node.get("family") is not None or node.get("given") is not None:
            self._human_name(node, fields, kind)
            return
        if any(node.get(key) is not None for key in ("line", "city", "postalCode")):
            self._address(node, fields)
            return
        if node.text("system") in _CONTACTS and node.get("code") is None:
            self._replace(node.get("value"), telecom_type(_plain(node)), fields)
            self._days(node, fields)
            return
        attachment = any(node.get(key) is not None for key in _ATTACHMENT)
        for child in node.children:
            key = str(child.key)
            if child.path in self.gone or child.path in self._notes:
                continue
            if not self._holds_note(child) and (
                key in _FREE
                or (child.kind == "string" and (key in _FREE_STRINGS or key.endswith("String")))
                or (key in ("extension", "modifierExtension") and _holds_words(child))
            ):
                self.gone.add(child.path)
            elif key == "text" and child.kind == "string":
                self._beside_code(node, child)
            elif key in ("identifier", "masterIdentifier"):
                for number in child.children if child.kind == "list" else [child]:
                    self._number(number, fields, kind)
            elif key == "display" and node.get("code") is None:
                self._replace(child, display_type(str(_above(node)), _plain(node)), fields)
            elif key in ("name", "alias") and kind in PERSONS:
                for name in child.children if child.kind == "list" else [child]:
                    if name.kind == "object":
                        self._human_name(name, fields, kind)
                    else:
                        self._replace(name, PERSONS[kind][0], fields)
            elif key in _NUMBERS:
                for number in child.children if child.kind == "list" else [child]:
                    self._replace(number, _NUMBERS[key], fields)
            elif key == "value" and kind == "Coverage" and _above(node) == "class":
                self._replace(child, "HEALTH_PLAN_ID", fields)
            elif key == "data" or (attachment and key in ("title", "url")):
                # An attachment that was not read; the title and address of one that was.
                if key != "url" or not re.match(r"(?:Binary/|#|urn:uuid:)", child.value or ""):
                    self.gone.add(child.path)
            elif key in ("birthDate", "deceasedDateTime"):
                self._day(child, fields, birth=True)
            else:
                self._resource(child, fields, kind)

    def _beside_code(self, concept: Node, said: Node) -> None:
        """The words beside a code stay where they are the code system's own; those of a person go."""
        codes = concept.get("coding")
        shown = {code.text("display").casefold() for code in codes.children} if codes is not None else set()
        if (said.value or "").casefold() in shown - {""}:
            return
        if codes is not None and codes.children:
            self.gone.add(said.path)
        else:
            self._set(said, _WITHHELD)

    def _holds_note(self, node: Node) -> bool:
        return node.path in self._around

    def _human_name(self, node: Node, fields: NoteFields, kind: str) -> None:
        given = node.get("given")
        parts = [g.value or "" for g in given.children] if given is not None else []
        role = PERSONS.get(kind, ("OTHER_NAME", ""))[0]
        if "contact" in node.path:
            role = "OTHER_NAME"
        whole = " ".join(p for p in (*parts, node.text("family")) if p) or node.text("text")
        new = fields.replaced(role, whole)
        if new == whole:
            return
        first, _, last = new.rpartition(" ") if not new.startswith("[") else ("", "", new)
        for child in node.children:
            if child.key == "family":
                self._set(child, last)
            elif child.key == "given" and first and child.kind == "list":
                self.new[child.path] = f"[{json_string(first, '')}]"
            elif child.key == "text":
                self._set(child, new)
            elif child.key in ("given", "prefix", "suffix"):
                self.gone.add(child.path)
            else:
                self._resource(child, fields, kind)

    def _number(self, number: Node, fields: NoteFields, kind: str) -> None:
        value = number.get("value")
        if value is not None:
            self._replace(value, number_type(_plain(number), PERSONS.get(kind, ("", "OTHER_ID"))[1]), fields)
        for child in number.children:
            if child.key != "value":
                self._resource(child, fields, kind)

    def _address(self, address: Node, fields: NoteFields) -> None:
        kinds = {
            "city": "CITY",
            "district": "COUNTY",
            "state": "STATE",
            "postalCode": "ZIP_CODE",
            "text": "STREET_ADDRESS",
        }
        for child in address.children:
            if child.key == "line":
                for line in child.children:
                    self._replace(line, "STREET_ADDRESS", fields)
            elif child.key in kinds:
                self._replace(child, kinds[str(child.key)], fields)
            else:
                self._resource(child, fields, "")

    def _replace(self, node: Node | None, kind: str, fields: NoteFields) -> None:
        if node is not None and node.kind == "string" and node.value:
            new = fields.replaced(kind, node.value)
            if new:
                self._set(node, new)
            else:
                self.gone.add(node.path)

    def _days(self, node: Node, fields: NoteFields) -> None:
        for child in node.walk():
            if child.kind == "string" and _DAY.fullmatch(child.value or ""):
                self._day(child, fields)

    def _day(self, node: Node, fields: NoteFields, *, birth: bool = False) -> None:
        value = node.value or ""
        new = fields.day(value, birth=birth)
        if not new:
            self.gone.add(node.path)
        elif new != value:
            exact = "T" in value and node.key in _INSTANTS
            self._set(node, new + ("-01-01T00:00:00Z" if len(new) == 4 else "T00:00:00Z") if exact else new)

    def _string(self, node: Node, fields: NoteFields, kind: str) -> None:
        value = node.value or ""
        if _DAY.fullmatch(value):
            self._day(node, fields)
            return
        if node.key == "display":
            return  # of a Coding: the words of the code system
        folded = value.casefold()
        near = (self._known.get(word) for word in dict.fromkeys(_WORD.findall(folded)))
        for known, known_kind in [pair for found in near if found for pair in found.items()]:
            if known not in folded:
                continue
            if node.key in _LINKS:
                link = self._links.setdefault(known, f"id-{len(self._links) + 1}")
                value = re.sub(re.escape(known), link, value, flags=re.IGNORECASE)
                self._set(node, value)
            else:
                self._replace(node, known_kind, fields)
                return


def _plain(node: Node) -> Mapping[str, object]:
    """An object as Python has it."""

    def plain(inner: Node) -> object:
        if inner.kind == "object":
            return {str(child.key): plain(child) for child in inner.children}
        if inner.kind == "list":
            return [plain(child) for child in inner.children]
        return inner.value

    return {str(child.key): plain(child) for child in node.children}


def _above(node: Node) -> str | int:
    """The key that an object stands under, lists left out."""
    return next((key for key in reversed(node.path) if isinstance(key, str)), "")


def _holds_words(extension: Node) -> bool:
    return any(node.key in _FREE_VALUES for node in extension.walk())


def _markup(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_TAG = re.compile(r"<!--.*?(?:-->|$)|<(script|style)\b.*?(?:</\1\s*>|$)|<([a-zA-Z][\w:-]*)([^>]*)>", re.S | re.I)
_ATTRIBUTE = re.compile(r"""\s(?:xmlns(?::\w+)?|class|colspan|rowspan|border|lang|dir)\s*=\s*(?:"[^"]*"|'[^']*')""")


def _bare(markup: str) -> str:
    """Markup without comments, scripts and attributes in which words may stand."""

    def bare(found: re.Match[str]) -> str:
        if found[2] is None:
            return ""
        attributes = "".join(_ATTRIBUTE.findall(found[3]))
        closing = "/" if found[3].rstrip().endswith("/") else ""
        return f"<{found[2]}{attributes}{closing}>"

    return _TAG.sub(bare, markup)
