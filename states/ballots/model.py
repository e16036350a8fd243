"""Rows of a secret ballot that know people: the box, who may vote on what, who has. No ballot is among them.

The ballots lie in a table of their own for each box (`states.ballots.store`). No row says when somebody voted.
"""

from __future__ import annotations

import sqlalchemy as sa

from states.subjects.model import of_case
from workflow.db import Id, UtcDateTime, agency_id, metadata

OPEN, LOCKED, CLOSED, VOID, CERTIFIED = "open", "locked", "closed", "void", "certified"
KEYS, SEALED = "keys", "sealed"  # of a box with tellers: before voting, their keys; after it, until they have opened
AGAINST = "against"  # in a teller's report: whose parts are false, in place of counts

ballot_box = sa.Table(
    "ballot_box",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),  # the sitting
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("papers", sa.JSON, nullable=False),  # ids of the cases voted on, in the order they are numbered from 1
    sa.Column("most", sa.Integer),  # at most so many may be chosen; NULL: for or against each
    sa.Column("least", sa.Integer, nullable=False),  # seats without which nothing is decided: the quorum
    sa.Column("chair_role", sa.String(64), nullable=False),
    sa.Column("keeper_role", sa.String(64), nullable=False),  # the secretary's
    Id("chair_locked"),  # who asked for the end of voting, as the one and as the other
    Id("keeper_locked"),
    sa.Column("root", sa.String(64)),
    sa.Column("counts", sa.JSON),
    sa.Column("closed_at", UtcDateTime),
    sa.UniqueConstraint("agency_id", "id"),
    sa.UniqueConstraint("agency_id", "case_id", "round"),
    of_case(),
)

ballot_elector = sa.Table(
    "ballot_elector",
    metadata,
    Id("agency_id", sa.ForeignKey("agency.id"), primary_key=True),
    Id("box_id", primary_key=True),
    Id("member_id", primary_key=True),
    Id("caster_id", nullable=False),  # the member, or who was sent in the member's place
    sa.Column("aside", sa.JSON, nullable=False),  # numbers of the papers this seat has no part in
    sa.ForeignKeyConstraint(["agency_id", "box_id"], ["ballot_box.agency_id", "ballot_box.id"]),
    sa.ForeignKeyConstraint(["agency_id", "member_id"], ["person.agency_id", "person.id"]),
    sa.ForeignKeyConstraint(["agency_id", "caster_id"], ["person.agency_id", "person.id"]),
)

ballot_voted = sa.Table(
    "ballot_voted",
    metadata,
    Id("agency_id", sa.ForeignKey("agency.id"), primary_key=True),
    Id("box_id", primary_key=True),
    Id("member_id", primary_key=True),
    sa.ForeignKeyConstraint(
        ["agency_id", "box_id", "member_id"],
        ["ballot_elector.agency_id", "ballot_elector.box_id", "ballot_elector.member_id"],
    ),
)

ballot_teller = sa.Table(
    "ballot_teller",
    metadata,
    Id("agency_id", sa.ForeignKey("agency.id"), primary_key=True),
    Id("box_id", primary_key=True),
    Id("person_id", primary_key=True),
    sa.Column("public", sa.String(87)),  # the half of the key that seals; the other never comes here
    sa.Column(
        "shares", sa.JSON(none_as_null=True)
    ),  # other teller → this one's part of the opening, sealed to that other
    sa.Column("report", sa.JSON(none_as_null=True)),  # paper's number → what this teller's browser counted
    sa.ForeignKeyConstraint(["agency_id", "box_id"], ["ballot_box.agency_id", "ballot_box.id"]),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
)
