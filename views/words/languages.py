# SPDX-License-Identifier: GPL-3.0-only
"""The name of each language in itself: nobody has to know a flag or a word of another language.
Used by the kiosk's language page and the desk's written words.
"""

from __future__ import annotations

LANGUAGE_NAMES = {
    "fr": "Français",
    "fr_easy": "Français facile",
    "en": "English",
    "ar": "العربية",
    "es": "Español",
    "it": "Italiano",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "tr": "Türkçe",
    "uk": "Українська",
}
