# SPDX-License-Identifier: GPL-3.0-only
"""Sample files; `README.md` has a line for each."""

from __future__ import annotations

from pathlib import Path

PDF_THAT_ENDS_ITS_READER = Path(__file__).parent / "fuzz/pdf/page-tree-that-ends-qpdf.pdf"
"""qpdf 12.4.2 reads from address 0 when its page tree is nothing; so ends whoever opens it."""
