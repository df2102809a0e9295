# SPDX-License-Identifier: GPL-3.0-only
"""Check digits: whether a run of letters and digits is a number of its kind. Used by `numbers`.

All take the number without anything between its signs, letters in capitals.
"""

from __future__ import annotations

_LENGTHS = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "AO CV GW LY MZ PT ST",
    26: "DZ IR IS TR",
    27: "BI CF CG CM DJ FR GA GQ GR IT KM MC MG MR SM TD",
    28: "AL AZ BF BJ BY CI CY DO GT HN HU LB MA ML NE NI PL SN SV TG",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
ACCOUNT_LENGTHS = {country: length for length, all_ in _LENGTHS.items() for country in all_.split()}
"""Characters of an account number per country: ISO 13616 registry, and African countries beside it.
"""

_RIB_DIGITS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")


def is_account(number: str) -> bool:
    """An IBAN of its country's length with right check digits (ISO 7064, MOD 97-10)."""
    if ACCOUNT_LENGTHS.get(number[:2]) != len(number):
        return False
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def is_rib(number: str) -> bool:
    """A French account number without country: bank 5, branch 5, account 11, key 2 (MOD 97)."""
    return int(number.translate(_RIB_DIGITS)) % 97 == 0 and len(set(number)) > 1


def is_card(number: str) -> bool:
    """Digits whose last is right (ISO/IEC 7812-1, annex B: Luhn)."""
    digits = [int(sign) for sign in reversed(number)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def is_nir(number: str) -> bool:
    """A social security number of 15 signs with the right key (INSEE):
    97 - (number mod 97); Corsica's 2A counts as 19, 2B as 18.
    """
    counted = number[:13].replace("2A", "19").replace("2B", "18")
    return counted.isdecimal() and 97 - int(counted) % 97 == int(number[13:])
