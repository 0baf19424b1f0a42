"""The kinds of protected health information that redaction knows, and which Safe Harbor identifier each one is.

Source: 45 CFR 164.514(b)(2)(i), identifiers (A) to (R).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of protected health information.

    Args:
        name: the entity type, Presidio's own name where it has one.
        identifier: the letter of the Safe Harbor identifier.
        direct: it points at a person by itself (a name, number or contact), not only together with others.
    """

    name: str
    identifier: str
    direct: bool


ENTITIES: tuple[Entity, ...] = (
    Entity("PATIENT_NAME", "A", True),
    Entity("CLINICIAN_NAME", "A", True),
    Entity("OTHER_NAME", "A", True),
    Entity("FACILITY", "B", False),
    Entity("ORGANIZATION", "A", False),
    Entity("STREET_ADDRESS", "B", False),
    Entity("CITY", "B", False),
    Entity("COUNTY", "B", False),
    Entity("STATE", "B", False),
    Entity("ZIP_CODE", "B", False),
    Entity("DATE", "C", False),
    Entity("AGE_OVER_89", "C", False),
    Entity("PHONE_NUMBER", "D", True),
    Entity("FAX_NUMBER", "E", True),
    Entity("EMAIL_ADDRESS", "F", True),
    Entity("US_SSN", "G", True),
    Entity("MEDICAL_RECORD_NUMBER", "H", True),
    Entity("HEALTH_PLAN_ID", "I", True),
    Entity("ACCOUNT_NUMBER", "J", True),
    Entity("LICENSE_NUMBER", "K", True),
    Entity("VEHICLE_ID", "L", True),
    Entity("DEVICE_ID", "M", True),
    Entity("URL", "N", True),
    Entity("IP_ADDRESS", "O", True),
    Entity("BIOMETRIC_ID", "P", True),
    Entity("USERNAME", "R", True),
    Entity("OTHER_ID", "R", True),
)

ENTITY_TYPES: tuple[str, ...] = tuple(e.name for e in ENTITIES)
NAME_TYPES: frozenset[str] = frozenset({"PATIENT_NAME", "CLINICIAN_NAME", "OTHER_NAME"})
PLACE_TYPES: frozenset[str] = frozenset(
    {"FACILITY", "ORGANIZATION", "STREET_ADDRESS", "CITY", "COUNTY", "STATE", "ZIP_CODE"}
)
ID_TYPES: frozenset[str] = frozenset(
    {
        "US_SSN",
        "MEDICAL_RECORD_NUMBER",
        "HEALTH_PLAN_ID",
        "ACCOUNT_NUMBER",
        "LICENSE_NUMBER",
        "VEHICLE_ID",
        "DEVICE_ID",
        "BIOMETRIC_ID",
        "USERNAME",
        "OTHER_ID",
    }
)
