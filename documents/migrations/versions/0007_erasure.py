# SPDX-License-Identifier: GPL-3.0-only
"""Layout 7: dossiers can be erased and held; SQLite's index of words can forget one document."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"

_WORDS = (
    "CREATE VIRTUAL TABLE {name} USING fts5(words, tokenize='unicode61', content='', "
    "contentless_delete=1)"
)
_AT_ONCE = 500


def upgrade() -> None:
    """Adds a random token to each dossier, the tables, and makes SQLite's index anew."""
    column = sa.Column("token", sa.String(32), nullable=False, server_default="")
    op.add_column("dossier", column)
    connection = op.get_bind()
    for key in connection.execute(sa.text("SELECT id FROM dossier")).scalars().all():
        values = {"key": key, "token": secrets.token_hex(16)}
        connection.execute(sa.text("UPDATE dossier SET token = :token WHERE id = :key"), values)
    op.create_table(
        "dossier_hold",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "dossier_id", sa.Integer, sa.ForeignKey("dossier.id"), nullable=False, index=True
        ),
        sa.Column("at_utc", sa.DateTime, nullable=False),
        sa.Column("by_name", sa.String(500), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
    )
    op.create_table(
        "erased_file",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("path", sa.String(200), nullable=False, unique=True),
    )
    op.create_table(
        "erased_number",
        sa.Column("organisation", sa.String(40), primary_key=True),
        sa.Column("start", sa.String(10), primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
    )
    if connection.dialect.name == "sqlite":
        _words_anew(connection)
    op.execute("UPDATE about SET format = 7")


def _words_anew(connection: sa.Connection) -> None:
    """The words are taken out of the old index itself: no document is read again."""
    op.execute("CREATE VIRTUAL TABLE document_words_seen USING fts5vocab(document_words, instance)")
    op.execute(_WORDS.format(name="document_words_new"))
    put = sa.text("INSERT INTO document_words_new(rowid, words) VALUES (:key, :words)")
    several: list[dict[str, object]] = []
    for key, words in _words_of(connection):
        several.append({"key": key, "words": words})
        if len(several) == _AT_ONCE:
            connection.execute(put, several)
            several = []
    if several:
        connection.execute(put, several)
    op.execute("DROP TABLE document_words_seen")
    op.execute("DROP TABLE document_words")
    op.execute("ALTER TABLE document_words_new RENAME TO document_words")


def _words_of(connection: sa.Connection) -> Iterator[tuple[int, str]]:
    query = sa.text('SELECT doc, term FROM document_words_seen ORDER BY doc, "offset"')
    key, words = -1, list[str]()
    for row in connection.execute(query):
        if row.doc != key:
            if words:
                yield key, " ".join(words)
            key, words = row.doc, []
        words.append(row.term)
    if words:
        yield key, " ".join(words)
