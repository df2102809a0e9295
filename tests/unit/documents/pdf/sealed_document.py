# SPDX-License-Identifier: GPL-3.0-only
"""A sealed document, for tests."""

from __future__ import annotations

import io

from PIL import Image


def jpeg(level: int) -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((165, 234)).point(lambda value: (value + level) % 256).save(
        file, "JPEG", dpi=(20, 20)
    )
    return file.getvalue()
