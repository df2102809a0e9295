# SPDX-License-Identifier: GPL-3.0-only
"""Which way is up, as tesseract sees it, where it is installed. Used by skew, for pages whose
letters alone are not certain.

Runs in the worker that cleans the page, under its limits. The script's and the orientation's words
are those of `tesseract --psm 0`.
"""

from __future__ import annotations

import io
import logging
import os
import re
import shutil
import subprocess

from PIL import Image

from session.core.child_process import NO_WINDOW

logger = logging.getLogger(__name__)

_LOOK_S = 20.0
_LEAST_SURE = 5.0
"""Confidence of its answer. In 2,348 positions it was wrong with up to 7.8; letters that lean
agreed with wrong answers of up to 3.9.
"""
_ANSWER = re.compile(rb"Rotate: (\d+)\s+Orientation confidence: ([\d.]+)")


def quarters_by_tesseract(grey: Image.Image) -> int | None:
    """Quarter turns clockwise that bring a page upright; None where tesseract cannot tell or is not
    here.

    Args:
        grey: mode "L", at about 150 dpi.
    """
    program = shutil.which("tesseract")
    if program is None:
        return None
    page = io.BytesIO()
    grey.save(page, "PNG", compress_level=1)
    try:
        answer = subprocess.run(
            [program, "stdin", "stdout", "--psm", "0", "--dpi", "150"],
            input=page.getvalue(),
            capture_output=True,
            timeout=_LOOK_S,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            creationflags=NO_WINDOW,
        )
    except (OSError, subprocess.SubprocessError) as error:
        logger.warning("tesseract does not say what is up: %s", type(error).__name__)
        return None
    match = _ANSWER.search(answer.stdout)
    if match is None or float(match[2]) < _LEAST_SURE:
        return None
    return int(match[1]) // 90 % 4
