# SPDX-License-Identifier: GPL-3.0-only
"""What tesseract says of a page's position is taken only where it is sure, and missed nowhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from PIL import Image

from documents.imaging.tesseract import quarters_by_tesseract

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")
PAGE = Image.new("L", (60, 80), 255)


@pytest.mark.parametrize(
    ("answer", "quarters"),
    [
        ("Rotate: 180\nOrientation confidence: 12.40", 2),
        ("Rotate: 90\nOrientation confidence: 5.01", 1),
        ("Rotate: 180\nOrientation confidence: 4.61", None),  # a ruled page by hand, wrongly
        ("Too few characters. Skipping this page", None),
    ],
)
def test_only_a_sure_answer_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, quarters: int | None
) -> None:
    program = tmp_path / "tesseract"
    program.write_text(f"#!/bin/sh\ncat >/dev/null\nprintf '{answer}\\n'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert quarters_by_tesseract(PAGE) == quarters


def test_a_computer_without_it_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert quarters_by_tesseract(PAGE) is None
