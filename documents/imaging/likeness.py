# SPDX-License-Identifier: GPL-3.0-only
"""Does this page look like one that was seen before? Compares two of `fingerprint`.
Used by the store for warnings.

A page scanned twice differs in every byte; its fingerprint hardly.
Two payslips of one employer look alike too: a likeness is a warning with the earlier page shown,
never a refusal.
"""

from __future__ import annotations

ALIKE = 0.20
"""Part of the 256 bits that may differ.
Measured: the same page scanned again 0.01 to 0.29, other pages 0.32 and more; the warning keeps
well away from the others.
"""


def fingerprint_difference(fingerprint: str, other: str) -> float:
    """Part of the bits that differ, 0 to 1; 1 when one of them has no fingerprint."""
    if not fingerprint or len(fingerprint) != len(other):
        return 1.0
    return (int(fingerprint, 16) ^ int(other, 16)).bit_count() / (4 * len(fingerprint))
