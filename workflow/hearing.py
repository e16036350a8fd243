"""What one case hears of another: a child begins, moves, ends; a parent answers, ends, is held; a list's verdict comes.

Each is an outbox message delivered once: the change and the message's end stand in one transaction. An answer is
recorded on the link first; it is unfit only when nothing here names that link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from workflow import agenda, holding, moves
from workflow.case import case
from workflow.commands import Changing
from workflow.draft import By, Draft
from workflow.forms import REASON
from workflow.grounds import PARENT
from workflow.message import Message
from workflow.outbox import Claim, Finish
from workflow.starting import Beginning

CASE = By("case")


def start(engine: Changing, claim: Claim, finish: Finish) -> None:
    """A child case begins."""
    word = claim.payload
    kind, _, ident = word["element"].partition(":")
    engine.begin(
        Beginning(
            agency_id=claim.agency_id, process=word["process"], started_by=_process_of(engine, word["parent_id"]),
            subject_type=kind if kind == "unit" else word["subject_type"],
            subject_id=ident if kind == "unit" else word["subject_id"],
            given={k: v for k, v in word["given"].items() if v is not None}, parent_id=word["parent_id"],
            start_key=word["key"], period=word["period"], year=word["year"],
        ),
        finish=finish,
    )  # fmt: skip


def _process_of(engine: Changing, case_id: str) -> str:
    with engine.database.read() as connection:
        return connection.scalar(sa.select(case.c.process).where(case.c.id == case_id)) or ""


def child_moved(engine: Changing, claim: Claim, finish: Finish) -> None:
    """A parent learns where a child stands; a child's end is its answer, with the reason given there."""
    word = claim.payload
    reason = {REASON.name: word[REASON.name]} if REASON.name in word else {}

    def apply(draft: Draft) -> None:
        row = _link(draft, word["process"], word["child_id"], "child")
        now = draft.facts.now
        draft.links.update(row["id"], ended=word["ended"])
        if word["ended"]:
            draft.links.update(row["id"], answer=word["state"], answered_at=now, taken_at=None)
        asked = draft.asks.get(word["start_key"].split(":")[2])
        if asked is not None:
            ended = {"status": "answered", "says": word["state"], "answered_at": now} if word["ended"] else {}
            draft.asks.update(asked["id"], child_id=word["child_id"], child_state=word["state"], **ended)
        draft.note("heard", inputs=reason, refs=[word["child_id"]], of=word["process"], answer=word["state"])
        if draft.state.end and not word["ended"]:  # it began while its parent was ending
            draft.send("parent", f"case:{word['child_id']}", "ended", {"case_id": word["child_id"], "word": "ended"})
        elif draft.held and not word["ended"]:
            draft.send("parent", f"case:{word['child_id']}", "hold", _hold_word(draft, word["child_id"], "hold"))

    _hear(engine, claim, finish, word["case_id"], apply, word["process"])


def _hold_word(draft: Draft, child_id: str, word: str) -> dict[str, Any]:
    return {"case_id": child_id, "word": word, "ground": PARENT + draft.case["id"]}


def parent(engine: Changing, claim: Claim, finish: Finish) -> None:
    """A child hears its parent: an answer, its end, a hold, a release."""
    word = claim.payload

    def apply(draft: Draft) -> None:
        row = next(iter(draft.links.all(relation="parent")), None)
        if row is None or draft.state.end:
            return
        if word["word"] == "answer":
            draft.links.update(row["id"], answer=word["answer"], answered_at=draft.facts.now, taken_at=None)
        elif word["word"] == "ended":
            draft.links.update(row["id"], ended=True)
        elif word["word"] == "hold" and word["ground"] not in draft.case["holds"]:
            _ground(draft, lambda grounds: grounds.append(word["ground"]))
        elif word["word"] == "release" and word["ground"] in draft.case["holds"]:
            _ground(draft, lambda grounds: grounds.remove(word["ground"]))
        draft.note("heard", refs=[row["other_id"]], of="parent", answer=word.get("answer") or word["word"])

    named = "parent" if word["word"] == "answer" else ""
    _hear(engine, claim, finish, word["case_id"], apply, named)


def _ground(draft: Draft, change: Callable[[list[str]], None]) -> None:
    was = draft.held
    change(draft.case["holds"])
    draft.dossier_moved = True
    if draft.held and not was:
        holding.suspend(draft)
    elif was and not draft.held:
        holding.resume_all(draft, reopen=True)


def answer(engine: Changing, claim: Claim, finish: Finish) -> None:
    """A case hears what another decided about it."""
    word = claim.payload

    def apply(draft: Draft) -> None:
        if draft.state.end:
            return
        if word.get("exclusive"):
            if not agenda.has_place(draft.connection, draft.case["id"], word["from_id"]):
                draft.note("unfit", refs=[word["from_id"]], of=word["process"], answer=word["answer"])
                return
            draft.effects.append((agenda.leaving(), draft.context()))
        row = _link(draft, word["process"], word["from_id"], "agenda")
        draft.links.update(
            row["id"], answer=word["answer"], late=word["late"], answered_at=draft.facts.now, taken_at=None
        )
        draft.note("heard", refs=[word["from_id"]], of=word["process"], answer=word["answer"])

    _hear(engine, claim, finish, word["case_id"], apply, word["process"])


def _link(draft: Draft, process: str, other_id: str, relation: str) -> dict[str, Any]:
    known = next(iter(draft.links.all(process=process, other_id=other_id)), None)
    return known or draft.links.insert(
        agency_id=draft.case["agency_id"], case_id=draft.case["id"], process=process, other_id=other_id,
        relation=relation, answer=None, late="incident", ended=False, answered_at=None, taken_at=None,
    )  # fmt: skip


def _hear(
    engine: Changing, claim: Claim, finish: Finish, case_id: str, apply: Callable[[Draft], None], named: str
) -> None:
    def apply_and_judge(draft: Draft) -> None:
        apply(draft)
        moves.settle(draft)
        if named and not draft.state.end:
            _judge(engine, draft, named)

    if engine.change(case_id, CASE, apply_and_judge, finish=finish):
        return
    with engine.database.write() as connection:  # the case is gone: the message has nobody left to reach
        if not connection.scalar(sa.select(case.c.id).where(case.c.id == case_id)):
            finish(connection)
    del claim


def _judge(engine: Changing, draft: Draft, named: str) -> None:
    """An answer nobody here listens to is a note and an incident; a `late: keep` one waits."""
    waiting = [
        r for r in draft.links.all(process=named) if r["answer"] and r["taken_at"] is None and r["late"] != "keep"
    ]
    asked = {r["child_id"] for r in draft.asks.all() if r["child_id"]}
    for row in waiting:
        if row["other_id"] in asked or _listened(draft, named, row["answer"]):
            continue
        draft.note("unfit", refs=[row["other_id"]], of=named, answer=row["answer"])
        words = {"answer": _worded(engine, draft, row), "state": draft.state.title}
        reason = Message("incident.unfit_answer", words)
        draft.incidents.append(("unfit_answer", f"unfit:{row['id']}:{draft.seq}", reason))
        draft.links.update(row["id"], taken_at=draft.facts.now)


def _worded(engine: Changing, draft: Draft, row: Mapping[str, Any]) -> str:
    """An answer as the case that gave it calls it: the state it ended in, or a choice of its form."""
    answer: str = row["answer"]
    of_case = sa.select(case.c.definition_id).where(case.c.id == row["other_id"])
    definition_id = draft.connection.scalar(of_case)
    if definition_id is None:
        return answer
    definition = engine.catalogue.life(draft.connection, definition_id).definition
    words = {name: state.title for name, state in definition.states.items()}
    for field in definition.fields.values():
        words |= field.choices if field.says else {}
    return words.get(answer) or answer


def _listened(draft: Draft, named: str, _answer: Mapping[str, Any] | str) -> bool:
    actions = draft.facts.life.definition.actions_in(draft.case["state"]).values()
    return any(term.name == named for action in actions for term in action.when if term.kind == "is")


HANDLERS: dict[str, Callable[[Changing, Claim, Finish], None]] = {
    "start": start,
    "child_moved": child_moved,
    "parent": parent,
    "answer": answer,
}
