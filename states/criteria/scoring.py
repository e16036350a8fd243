"""Handing in one's scores: one sheet a person and round, one event in the chain that tells of it and not of them."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from states.criteria.model import score, score_sheet
from states.criteria.rounds import Place, Sheet, asked_of, load_sheets
from workflow.commands import Actor, Changing
from workflow.criteria import set_for
from workflow.db import insert_ignoring
from workflow.definition import CriteriaSet
from workflow.draft import By, Draft
from workflow.history import canonical
from workflow.identity import Authority, may
from workflow.message import Conflict, Invalid, Message, NotFound, Refused
from workflow.recusal import recuse
from workflow.registry import Context, EffectEntry
from workflow.submission import submitted

MOST_WORDS = 2000
SCORED = "scored"


@dataclass(frozen=True)
class Given:
    """What a form says: a value by criterion, words, and which round, set and revision it was seen with."""

    scores: Mapping[str, int]
    words: str
    visit: int
    criteria_hash: str
    revision: int


def place_of(draft: Draft) -> Place:
    """The case of a draft as rounds see it."""
    return Place(draft.case, draft.plan, draft.facts.org, draft.fields, draft.parties())


def hand_in(engine: Changing, actor: Actor, case_id: str, given: Given) -> None:
    """Keep a person's scores for the round that is open.

    Raises NotFound, Refused (not asked, held, over), Invalid by criterion, Conflict (another tab, another round).
    """

    def apply(draft: Draft) -> None:
        _hand_in(draft, actor, given)

    engine.change(case_id, By("person", actor.person_id, None, actor.channel), apply)


def keep_out(engine: Changing, actor: Actor, case_id: str, reason: str) -> None:
    """Who is asked to score declares a conflict: out of every case of its subject, and their scores count no more.

    Raises NotFound, Refused, Invalid (a reason is needed).
    """

    def apply(draft: Draft) -> None:
        _asked(draft, actor)
        recuse(draft, submitted(draft, ("reason",), (), {"reason": reason}))

    engine.change(case_id, By("person", actor.person_id, None, actor.channel), apply)


def _asked(draft: Draft, actor: Actor) -> CriteriaSet:
    """What the case is judged by now, when this person is asked; from here on the draft is theirs."""
    if draft.case["agency_id"] != actor.agency_id:
        raise NotFound("case")
    row = draft.case
    criteria = set_for(draft.plan, row["process"], row["state"], row["subject_kind"], draft.fields)
    if criteria is None:
        raise Refused(Message("criteria.over"))
    asked = asked_of(criteria, place_of(draft))
    authority = may(draft.facts.org, draft.plan, draft.matter(), actor.person_id, asked)
    if not isinstance(authority, Authority):
        raise Refused(*authority, status="forbidden")
    if authority.on_behalf_of is not None:
        raise Refused(Message("criteria.in_person"), status="forbidden")
    draft.by = By("person", actor.person_id, authority, actor.channel)
    return criteria


def _hand_in(draft: Draft, actor: Actor, given: Given) -> None:
    criteria = _asked(draft, actor)
    if draft.case["visit"] != given.visit:
        raise Refused(Message("criteria.over"))
    if draft.held:
        raise Refused(Message("criteria.held"))
    if criteria.content_hash() != given.criteria_hash:
        raise Conflict(Message("criteria.changed"))
    check(criteria, given)
    sheets = load_sheets(draft.connection, place_of(draft), given.visit, criteria)
    mine = next((one for one in sheets if one.scorer_id == actor.person_id), None)
    if mine and mine.scores == given.scores and mine.words == given.words and mine.revision == given.revision + 1:
        return  # the same form, sent twice
    if (mine.revision if mine else 0) != given.revision:
        raise Conflict(Message("criteria.elsewhere"))
    _note(draft, criteria, given, mine)


def check(criteria: CriteriaSet, given: Given) -> None:
    """Every criterion has a value of the scale. Raises Invalid."""
    wrong = {
        name: Message("criteria.missing", {"criterion": one.title})
        for name, one in criteria.criteria.items()
        if given.scores.get(name) not in criteria.scale
    }
    if len(given.words) > MOST_WORDS:
        wrong["words"] = Message("criteria.long_words", {"most": MOST_WORDS})
    if wrong:
        raise Invalid(wrong)


def digest(key: str, sheet_id: str, criteria_hash: str, revision: int, scores: Mapping[str, int], words: str) -> str:
    """What the chain proves of a sheet: a keyed digest, as the few scores there can be are quickly tried out."""
    said = [sheet_id, criteria_hash, revision, dict(scores), words]
    return hmac.digest(bytes.fromhex(key), canonical(said), "sha256").hex()


def _note(draft: Draft, criteria: CriteriaSet, given: Given, mine: Sheet | None) -> None:
    sheet_id, key = mine.id if mine else draft.new_id(), secrets.token_hex(32)
    row = {
        "id": sheet_id, "agency_id": draft.case["agency_id"], "case_id": draft.case["id"], "visit": given.visit,
        "scorer_id": draft.by.person_id, "criteria": criteria.name, "criteria_hash": given.criteria_hash,
        "revision": given.revision + 1, "key": key, "words": given.words, "scored_at": draft.facts.now,
    }  # fmt: skip
    sealed = digest(key, sheet_id, given.criteria_hash, given.revision + 1, given.scores, given.words)
    draft.note(SCORED, refs=[sheet_id], criteria=given.criteria_hash, revision=given.revision + 1, digest=sealed)

    def write(context: Context, connection: sa.Connection) -> None:
        _write(connection, row, given, context.now)

    draft.effects.append((EffectEntry(write), draft.context()))


def _write(connection: sa.Connection, row: Mapping[str, object], given: Given, now: datetime) -> None:
    c = score_sheet.c
    if given.revision == 0:
        found = connection.scalar(insert_ignoring(connection, score_sheet).values(row).returning(c.id))
    else:
        changed = {"revision": row["revision"], "key": row["key"], "words": row["words"], "scored_at": now}
        unmoved = (c.agency_id == row["agency_id"]) & (c.id == row["id"]) & (c.revision == given.revision)
        found = connection.scalar(sa.update(score_sheet).where(unmoved).values(changed).returning(c.id))
    if found is None:
        raise Conflict(Message("criteria.elsewhere"))
    mine = (score.c.agency_id == row["agency_id"]) & (score.c.sheet_id == row["id"])
    connection.execute(sa.delete(score).where(mine))
    connection.execute(
        sa.insert(score),
        [
            {"agency_id": row["agency_id"], "sheet_id": row["id"], "criterion": name, "value": value}
            for name, value in given.scores.items()
        ],
    )
