"""Who is named in FHIR resources: the identifiers that a note of the same file must not show.

Source: HL7 FHIR R4 (4.0.1): Patient, RelatedPerson, Practitioner, Organization, Location, Encounter, Coverage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from noteproc.files.document import Document, date_forms, joined

# What a resource's own names and numbers are.
PERSONS: Mapping[str, tuple[str, str]] = {
    "Patient": ("PATIENT_NAME", "MEDICAL_RECORD_NUMBER"),
    "Person": ("PATIENT_NAME", "MEDICAL_RECORD_NUMBER"),
    "RelatedPerson": ("OTHER_NAME", "OTHER_ID"),
    "FamilyMemberHistory": ("OTHER_NAME", "OTHER_ID"),
    "Practitioner": ("CLINICIAN_NAME", "LICENSE_NUMBER"),
    "PractitionerRole": ("CLINICIAN_NAME", "LICENSE_NUMBER"),
    "Organization": ("FACILITY", "OTHER_ID"),
    "Location": ("FACILITY", "OTHER_ID"),
    "HealthcareService": ("FACILITY", "OTHER_ID"),
    "CareTeam": ("FACILITY", "OTHER_ID"),
    "Encounter": ("FACILITY", "ACCOUNT_NUMBER"),
    "Account": ("PATIENT_NAME", "ACCOUNT_NUMBER"),
    "Coverage": ("PATIENT_NAME", "HEALTH_PLAN_ID"),
    "Device": ("DEVICE_ID", "DEVICE_ID"),
}
_NUMBER_CODES = {  # identifier types of HL7 table 0203
    "MR": "MEDICAL_RECORD_NUMBER", "SS": "US_SSN", "DL": "LICENSE_NUMBER", "MB": "HEALTH_PLAN_ID",
    "AN": "ACCOUNT_NUMBER", "VN": "ACCOUNT_NUMBER", "NPI": "LICENSE_NUMBER", "MD": "LICENSE_NUMBER",
}  # fmt: skip
_SUBJECTS = frozenset({"subject", "patient", "individual", "beneficiary", "subscriber"})
_PLACES = frozenset({"custodian", "managingOrganization", "organization", "serviceProvider", "location"})


def dicts(value: object) -> list[Mapping[str, object]]:
    """The objects of a JSON list, or the one object."""
    found = value if isinstance(value, list) else [value]
    return [item for item in found if isinstance(item, dict)]


def text(value: object) -> str:
    """A JSON string, else ""."""
    return value if isinstance(value, str) else ""


def person_identifiers(resource: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """(entity type, words) of everything in a resource that names somebody."""
    role, number_kind = PERSONS.get(text(resource.get("resourceType")), ("", ""))
    if not role:
        return
    yield from named(resource, role)
    for number in dicts(resource.get("identifier")):
        yield number_type(number, number_kind), text(number.get("value"))
    for key in ("birthDate", "deceasedDateTime"):
        for form in date_forms(text(resource.get(key))):
            yield "DATE", form
    for contact in dicts(resource.get("contact")):
        yield from named(contact, "OTHER_NAME")
    if role != "FACILITY":
        yield "HEALTH_PLAN_ID", text(resource.get("subscriberId"))


def named(holder: Mapping[str, object], role: str) -> Iterator[tuple[str, str]]:
    """(entity type, words) of the names, addresses and telephones of one holder of them."""
    names = holder.get("name")
    if isinstance(names, str):
        yield role, names
    for name in dicts(names):
        yield role, human_name(name)
    for address in dicts(holder.get("address")):
        lines = address.get("line")
        for line in lines if isinstance(lines, list) else ():
            yield "STREET_ADDRESS", text(line)
        yield "CITY", text(address.get("city"))
        yield "ZIP_CODE", text(address.get("postalCode"))
    for telecom in dicts(holder.get("telecom")):
        yield telecom_type(telecom), text(telecom.get("value"))


def human_name(name: Mapping[str, object]) -> str:
    """A HumanName in one line, given names first."""
    given = name.get("given")
    parts = [text(g) for g in given] if isinstance(given, list) else []
    return joined(*parts, text(name.get("family"))) or text(name.get("text"))


def number_type(identifier: Mapping[str, object], otherwise: str) -> str:
    """What kind of number an Identifier is."""
    for coding in dicts(dicts(identifier.get("type") or {})[0].get("coding") if identifier.get("type") else []):
        if text(coding.get("code")) in _NUMBER_CODES:
            return _NUMBER_CODES[text(coding.get("code"))]
    system = text(identifier.get("system")).lower()
    return "US_SSN" if "ssn" in system else "LICENSE_NUMBER" if "npi" in system else otherwise


def telecom_type(telecom: Mapping[str, object]) -> str:
    """What kind of contact a ContactPoint is."""
    kinds = {"fax": "FAX_NUMBER", "email": "EMAIL_ADDRESS", "url": "URL"}
    return kinds.get(
        text(telecom.get("system")), "EMAIL_ADDRESS" if "@" in text(telecom.get("value")) else "PHONE_NUMBER"
    )


def display_type(key: str, reference: Mapping[str, object]) -> str:
    """Whose name the ``display`` of a Reference is, by the key that it stands under and what it refers to."""
    kind = text(reference.get("reference")).split("/")[0] or text(reference.get("type"))
    if kind in PERSONS:
        return PERSONS[kind][0]
    return "PATIENT_NAME" if key in _SUBJECTS else "FACILITY" if key in _PLACES else "CLINICIAN_NAME"


def references(value: object, key: str = "", depth: int = 0) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Every Reference in a resource, with the key that it stands under. (A Coding has a display too, and a code.)"""
    if depth > 30:
        return
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str) or (isinstance(value.get("display"), str) and "code" not in value):
            yield key, value
        for name, inner in value.items():
            yield from references(inner, name, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner, key, depth + 1)


class Beyond(Protocol):
    """Who stands outside the file."""

    def find(self, reference: str) -> Mapping[str, object] | None:
        """The resource that ``Type/id`` names."""

    def relatives(self, reference: str) -> Iterable[Mapping[str, object]]:
        """The RelatedPersons of a patient."""


class People:
    """The persons, places and visits of a file, by how references name them.

    Args:
        beyond: where else to look for whom a note refers to.
    """

    def __init__(self, beyond: Beyond | None = None) -> None:
        self._beyond = beyond
        self._by_name: dict[str, Mapping[str, object]] = {}
        self._in_order: list[Mapping[str, object]] = []
        self._patients: list[Mapping[str, object]] = []
        self._relatives: dict[str, list[Mapping[str, object]]] = {}

    def add(self, resource: Mapping[str, object], full_url: str = "") -> None:
        """Take in a resource, if it names anybody."""
        kind, own = text(resource.get("resourceType")), text(resource.get("id"))
        if kind not in PERSONS:
            return
        self._in_order.append(resource)
        if kind == "Patient":
            self._patients.append(resource)
        for name in (f"{kind}/{own}" if own else "", full_url):
            if name:
                self._by_name[name] = resource
        if kind == "RelatedPerson":
            for patient in dicts(resource.get("patient")):
                self._relatives.setdefault(text(patient.get("reference")), []).append(resource)

    def find(self, reference: str) -> Mapping[str, object] | None:
        """The resource that a reference names, if it is in the file or beyond it."""
        named = self._by_name.get(reference)
        if named is None and "/" in reference:
            short = _short(reference)
            named = self._by_name.get(short)
            if named is None and self._beyond is not None:
                named = self._beyond.find(short)
        return named

    @property
    def only_patient(self) -> Mapping[str, object] | None:
        """The Patient of a file that holds one alone."""
        return self._patients[0] if len(self._patients) == 1 else None

    def know(self, resource: Mapping[str, object], document: Document) -> None:
        """Put what is known of the people of a note into its document: whom it refers to, and whom those refer to."""
        near: list[Mapping[str, object]] = [
            r for r in dicts(resource.get("contained")) if r.get("resourceType") in PERSONS
        ]
        for key, reference in references(resource):
            document.know(display_type(key, reference), text(reference.get("display")))
            name = text(reference.get("reference"))
            near += [r for r in (self.find(name),) if r is not None] + self._relatives.get(name, [])
            if self._beyond is not None:
                near += self._beyond.relatives(_short(name))
        for person in list(near):
            for key, reference in references(person):
                if person.get("resourceType") != "Patient":
                    document.know(display_type(key, reference), text(reference.get("display")))
                other = self.find(text(reference.get("reference")))
                if other is not None and other.get("resourceType") != "Patient":
                    near.append(other)
        if len(self._patients) <= 1:
            near += self._in_order
        for person in near:
            for kind, value in person_identifiers(person):
                if kind not in ("FACILITY", "CITY") or len(value) > 4:
                    document.know(kind, value)


def _short(reference: str) -> str:
    """A reference as ``Type/id``."""
    return "/".join(reference.split("/_history")[0].split("/")[-2:])


def patient_of(resource: Mapping[str, object], people: People) -> Mapping[str, object] | None:
    """The Patient that a note is about, if the file holds it."""
    for key in ("subject", "patient"):
        for reference in dicts(resource.get(key)):
            found = people.find(text(reference.get("reference")))
            if found is not None:
                return found
    return people.only_patient
