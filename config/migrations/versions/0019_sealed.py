"""Who complained and who signed a comment, sealed: one text a row that the database itself cannot read.

A migration has no key: what lies in clear becomes a text that begins with `{`, which `neuguong init` then seals.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0016"
branch_labels = None
depends_on = None

OF = {
    "complainant": ("complaint_id", "complaint", ("name", "contact", "content")),
    "posting_commenter": ("comment_id", "posting_comment", ("person_id", "name", "contact")),
}


def upgrade() -> None:
    for name, (key, _, words) in OF.items():
        kept = _taken(name, (key, "agency_id", *words))
        more = [] if name == "complainant" else [sa.Column("mark", sa.String(64), nullable=False, server_default="")]
        _make(name, [sa.Column("sealed", sa.Text(), nullable=False), *more])
        for row in kept:
            said = json.dumps({one: row[one] or "" for one in words}, ensure_ascii=False)
            _put(name, {key: row[key], "agency_id": row["agency_id"], "sealed": said})
    only = sa.text("mark <> ''")
    op.create_index(
        "ix_posting_commenter_mark",
        "posting_commenter",
        ["agency_id", "mark"],
        sqlite_where=only,
        postgresql_where=only,
    )


def downgrade() -> None:
    """Words of a complaint stay sealed where they stood in clear; a sealed signature has no room there and goes."""
    op.drop_index("ix_posting_commenter_mark", "posting_commenter")
    for name, (key, _, words) in OF.items():
        kept = _taken(name, (key, "agency_id", "sealed"))
        _make(
            name,
            [sa.Column(one, kind, nullable=one == "person_id") for one, kind in zip(words, _KINDS[name], strict=True)],
        )
        for row in kept:
            clear = row["sealed"].startswith("{")
            said = json.loads(row["sealed"]) if clear else dict.fromkeys(words, "")
            if not clear and name == "complainant":
                said["content"] = row["sealed"]
            said = {one: value or None if one == "person_id" else value for one, value in said.items()}
            _put(name, {key: row[key], "agency_id": row["agency_id"], **said})


_KINDS = {
    "complainant": (sa.String(300), sa.String(300), sa.Text()),
    "posting_commenter": (sa.String(36), sa.String(200), sa.String(300)),
}


def _taken(name: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of a table that goes: there are few, and a table made anew is the declared one on both databases."""
    rows = op.get_bind().execute(sa.select(sa.table(name, *map(sa.column, columns)))).mappings().all()
    op.drop_table(name)
    return [dict(row) for row in rows]


def _make(name: str, columns: list[sa.Column[Any]]) -> None:
    key, of, _ = OF[name]
    op.create_table(
        name,
        sa.Column(key, sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{name}")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f(f"fk_{name}_agency_id")),
        sa.ForeignKeyConstraint(
            ["agency_id", key], [f"{of}.agency_id", f"{of}.id"], name=op.f(f"fk_{name}_agency_id_{key}")
        ),
    )


def _put(name: str, row: dict[str, Any]) -> None:
    op.get_bind().execute(sa.insert(sa.table(name, *map(sa.column, row))).values(row))
