# SPDX-License-Identifier: GPL-3.0-only
"""What can go wrong with paper. Used by everything in documents; programs translate by `code` into
a session error.

The codes are those of the session's own errors, so the same table of sentences speaks for both.
"""

from __future__ import annotations

type Value = str | int | float


class DocumentError(Exception):
    """Base of the errors a person is told about.

    Attributes:
        code: its name on the wire and in the table of sentences.
        detail: values for developers and for the sentence; never personal data.
    """

    code = "unexpected"

    def __init__(self, **detail: Value) -> None:
        super().__init__(self.code, detail)
        self.detail = detail

    def __reduce__(self) -> tuple[object, tuple[type[DocumentError], dict[str, Value]]]:
        """Errors cross from a worker process to the program."""
        return _rebuild, (type(self), self.detail)


def _rebuild(kind: type[DocumentError], detail: dict[str, Value]) -> DocumentError:
    return kind(**detail)


class PageUnreadable(DocumentError):
    """The image or PDF is empty, truncated or of a kind we refuse. Detail: `why`."""

    code = "page_unreadable"


class PageTooLarge(DocumentError):
    """More bytes or pixels than any page may have.
    Detail: `size_bytes` or `pixels`, and the limit.
    """

    code = "page_too_large"


class PageDamaged(DocumentError):
    """The bytes are not those that were announced: their SHA-256 differs."""

    code = "page_damaged"


class PrintRefused(DocumentError):
    """Our checks refuse to send this document to a printer. Detail: `status`."""

    code = "print_refused"


class DocumentNotFiled(DocumentError):
    """The store did not take the document, or could not read it back as sent. Detail: `why`."""

    code = "document_not_filed"


class DossierUnknown(DocumentError):
    """No such dossier, piece or document in this organisation. Detail: `what`."""

    code = "dossier_unknown"


class StoreUnreachable(DocumentError):
    """Database or disk cannot be written now;
    the outcome is unknown and the same request may be repeated.
    """

    code = "store_unreachable"


class WorkerLost(DocumentError):
    """The worker process died on this task twice (over its memory or time limit, or killed)."""

    code = "page_unreadable"
