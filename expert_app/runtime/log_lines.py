# SPDX-License-Identifier: GPL-3.0-only
"""The developer log's lines, for people, and as one JSON object each for machines that collect
logs. Used by `expert_app.__main__`.

No line holds a number, an address or a birth date of anybody, whatever was raised with it: the
patterns are those of what is kept (`session.masking`).
"""

from __future__ import annotations

import json
import logging
from copy import copy
from datetime import UTC, datetime
from types import TracebackType

from session.masking.numbers import KEPT, mask

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class MaskedLines(logging.Formatter):
    """A line as `logging` writes it."""

    def format(self, record: logging.LogRecord) -> str:
        """Formats a record; the time and the logger's name stay as they are."""
        masked = copy(record)
        masked.msg, masked.args = mask(record.getMessage(), KEPT), None
        masked.exc_text = None
        return super().format(masked)

    def formatException(self, ei: _Raised) -> str:  # noqa: N802  (logging's name)
        """What was raised, and where."""
        return mask(super().formatException(ei), KEPT)


class JsonLines(MaskedLines):
    """at_utc, level, logger, text; and error and trace where something was raised."""

    def format(self, record: logging.LogRecord) -> str:
        """Formats a record as one line, whatever its text holds."""
        at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        line = {
            "at_utc": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": mask(record.getMessage(), KEPT),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line |= {
                "error": record.exc_info[0].__name__,
                "trace": self.formatException(record.exc_info),
            }
        return json.dumps(line, ensure_ascii=False)
