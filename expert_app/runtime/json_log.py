# SPDX-License-Identifier: GPL-3.0-only
"""The developer log as one JSON object per line, for machines that collect logs.
Used by `expert_app.__main__`.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    """at_utc, level, logger, text; and error and trace where something was raised."""

    def format(self, record: logging.LogRecord) -> str:
        """Formats a record as one line, whatever its text holds."""
        at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        line = {
            "at_utc": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line |= {
                "error": record.exc_info[0].__name__,
                "trace": self.formatException(record.exc_info),
            }
        return json.dumps(line, ensure_ascii=False)
