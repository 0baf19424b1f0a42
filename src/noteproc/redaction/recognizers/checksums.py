"""Check digits of identifiers that carry one."""

from __future__ import annotations


def vin_checks(vin: str) -> bool:
    """Whether the ninth character of a vehicle identification number is its check digit.

    Source: 49 CFR 565.15(c).
    """
    values = dict(
        zip(
            "ABCDEFGHJKLMNPRSTUVWXYZ",
            (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
            strict=True,
        )
    )
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum((values[c] if c in values else int(c)) * w for c, w in zip(vin.upper(), weights, strict=True))
    check = "0123456789X"[total % 11]
    return vin[8].upper() == check


def npi_checks(npi: str) -> bool:
    """Whether ten digits carry the check digit of a National Provider Identifier (Luhn over 80840 + npi).

    Source: 45 CFR 162.406.
    """
    total = 24
    for place, digit in enumerate(reversed(npi)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def dea_checks(number: str) -> bool:
    """Whether the last digit of a DEA registration number is its check digit (21 CFR 1301 practice)."""
    digits = [int(c) for c in number[2:]]
    return (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10 == digits[6]
