# SPDX-License-Identifier: GPL-3.0-only
"""Numbers of people and accounts in any spelling, and what only looks like one.
All are invented.
"""

from __future__ import annotations

import pytest

from session.masking.numbers import KEPT, LIVE, MASK, NumberKind, find, mask


@pytest.mark.parametrize(
    "text",
    [
        "1850578006084",
        "185057800608436",
        "1\U000e00318\U000e00315\U000e0031050\U000e0031780\U000e00316137\U000e00310",
        "30\u200b12\u2062345\u061c678\ufe0f901",
        "3012\U000e00413456\U000e007f78901",
        "1 85 05 78 006 084 36",
        "1\u00a085\u202f05 78 006 084 36",
        "1.85.05.78.006.084",
        "2-84-05-2A-004-017",
        "2 84 05 2b 004 017 11",
        "1\u200b850578\u00ad006084",
        "1 85 05 974 06 084 36",
        "1 85 05 976 06 084",
        "7 85 05 99 351 084",
        "8 85 05 99 351 084 12",
        "2•82•04•75•105•337",
        "2:82:05:75:105:338",
        "2    82    06    75    105    339",
        "2\u200e82\u200e07\u200e75\u200e105\u200e340",
        "２８３０４７５１０５３３７",
        "٢٨٣٠٤٧٥١٠٥٣٣٧",
        "2️⃣8️⃣3️⃣04 75 105 337",
        "2%2083%2004%2075%20105%20337",
        "2%2d83%2d04%2D75%2F105%2F337",
        "2%C2%A083%C2%A004%e2%80%af75%2520105%2520337",
        "FR76%203000%206000%200112%203456%207890%20189",
        "❷❽❸⓿❹❼❺❶⓿❺❸❸❼",
        "⑵⑻⑶04⑺⑸⑴05⑶⑶⑺",
        "➁➇➂04➆➄➀05➂➂➆",
        "➋➑➌04➐➎➊05➌➌➐",
        "1-8-5-0-5-7-8-0-0-6-0-8-4",
        "2 8 4 0 5 2 A 0 0 4 0 1 7",
        "18-50-57-80-06-084",
        "18/50 57-80.06:08491",
        "FR7630006000011234567890189",
        "FR76 3000 6000 0112 3456 7890 189",
        "fr76 3000 6000 0112 3456 7890 189",
        "FR76 3000 6000 0112",
        "FR14 2004 1010 0505 0001 3M02 606",
        "F-R-7-6-3-0-0-0-6-0-0-0-0-1-1-2-3-4-5-6-7-8-9-0-1-8-9",
        "DE89 3704 0044 0532 0130 00",
        "BE68539007547034",
        "be68 5390 0754 7034",
        "GB29 NWBK 6016 1331 9268 19",
        "MU17 BOMM 0101 1010 3030 0200 000M UR",
        "30006 00001 12345678901 89",
        "20041 01005 0500013M026 06",
        "4970 1012 3456 7893",
        "4970/1012/3456/7893",
        "4970 / 1012 / 3456 / 7893",
        "4-9-7-0-1-0-1-2-3-4-5-6-7-8-9-3",
        "5555555555554444",
        "3782-822463-10005",
        "1234567A",
        "1234567-A",
    ],
)
def test_numbers_of_people_and_accounts_are_masked(text: str) -> None:
    assert mask(f"avant {text} après") == f"avant {MASK} après"


@pytest.mark.parametrize(
    "text",
    [
        "1234567",
        "4970 1012 3456 7894",
        "#1234567A",
        "01 23 45 67 89",
        "01 23 45 67 89, 01 98 76 54 32",
        "12/03/2026 à 14:30",
        "2026-11-28 22:20:43",
        "2026-1-28 22:20:43",
        "1 204,50 €",
        "1 204,50 € 850,00 € 354,50 €",
        "dossier 2026-000123",
        "DE89 3704 0044 0532 0130 01",
        "class sc-12ab34cd56ef7890abcd",
        "AB12CDEF3456GHIJ7890KLMN",
        "1 2 3 4 5 6 7 8 9 10 11",
        "7 8 9 10 11 12 13 14",
        " ".join(map(str, range(1, 32))),
        "48.856613, 2.352219",
        "exemple.fr 01 23 45 67 89 15",
        "SIRET 362 521 879 00034",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "N° allocataire : {}",
        "Votre identifiant France Travail n° {}",
        "allocataire{}",
        "PÔLE EMPLOI {}",
        "Numéro d'allocataire CAF {}",
    ],
)
@pytest.mark.parametrize("number", ["1234567", "1 234 567", "12345678901", "12345678"])
def test_a_number_is_a_persons_when_the_word_before_it_says_so(text: str, number: str) -> None:
    assert mask(text.format(number) + ".") == text.format(MASK) + "."


def test_exactly_the_numbers_own_characters_are_masked() -> None:
    text = "é\u0301 ﬁn «\u200b2\u200e 8\ufe0f3 04 75 105 337\u200b» ﬁn"
    assert mask(text) == f"é\u0301 ﬁn «\u200b{MASK}\u200b» ﬁn"
    two = "1850578006084 et 4970 1012 3456 7893"
    assert [two[one.start : one.end] for one in find(two, LIVE)] == two.split(" et ")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("écrire à jean.dupont+caf@exemple.fr ici", NumberKind.EMAIL),
        ("jean．dupont＠exemple．fr", NumberKind.EMAIL),
        ("appeler le 06.12.34.56.78", NumberKind.PHONE),
        ("06 1234 5678", NumberKind.PHONE),
        ("+33 (0)6 12 34 56 78", NumberKind.PHONE),
        ("0033612345678", NumberKind.PHONE),
        *(
            (f"+{code} {number}", NumberKind.PHONE)
            for code, number in (
                (262, "692 12 34 56"),
                (590, "690 12 34 56"),
                (594, "694.12.34.56"),
                (596, "696-12-34-56"),
                (508, "41 12 34"),
                (687, "75.12.34"),
                (689, "87 12 34 56"),
            )
        ),
        ("née le 5 mai 1985", NumberKind.BIRTH_DATE),
        ("05/05/1985", NumberKind.BIRTH_DATE),
        ("00/05/1957", NumberKind.BIRTH_DATE),
        ("00/00/1957", NumberKind.BIRTH_DATE),
        ("1957-00-00", NumberKind.BIRTH_DATE),
        ("née le 00001957", NumberKind.BIRTH_DATE),
        ("1985-05-05", NumberKind.BIRTH_DATE),
        ("né le 05051985", NumberKind.BIRTH_DATE),
        ("12 bis, rue de la Paix", NumberKind.POSTAL_ADDRESS),
        ("3 allée des Tilleuls", NumberKind.POSTAL_ADDRESS),
        ("97400 Saint-Denis", NumberKind.POSTAL_ADDRESS),
    ],
)
def test_what_the_log_may_not_hold_is_found_and_the_live_page_shows_it(
    text: str, kind: NumberKind
) -> None:
    assert kind in {found.kind for found in find(text, KEPT)}
    assert mask(text, LIVE) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Numéro fiscal : 30 12 345 678 901", f"Numéro fiscal : {MASK}"),
        ("N° fiscal de référence 3012345678901", f"N° fiscal de référence {MASK}"),
        ("n° de télédéclarant 1234567", f"n° de télédéclarant {MASK}"),
        ("Passeport n° 12AB34567", f"Passeport n° {MASK}"),
        ("Titre de séjour n° 7503123456", f"Titre de séjour n° {MASK}"),
        ("Année fiscale 2025 2026", "Année fiscale 2025 2026"),
        ("Étranger : 01 40 12 34 56", "Étranger : 01 40 12 34 56"),
        ("Passeport : 01 40 12 34 56", "Passeport : 01 40 12 34 56"),
        ("Tél. 01\u200b40\u200b12\u200b34\u200b56", "Tél. 01\u200b40\u200b12\u200b34\u200b56"),
    ],
)
def test_a_number_is_somebody_s_when_the_words_before_it_say_so(text: str, masked: str) -> None:
    assert mask(text) == masked
