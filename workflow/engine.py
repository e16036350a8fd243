"""Start, act, fire, receive: the one place where state changes, each of them one transaction.

A person's act: read the case unlocked, in one statement → may this person → inputs → guards → decide in memory → write
once, guarded. A guard that fails writes nothing: the case moved → Conflict; only somebody's authority moved → decide
again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from typing import Any

import sqlalchemy as sa

from workflow import (
    asking,
    explain,
    extending,
    firing,
    hearing,
    moves,
    permission,
    rescheduling,
    sweeping,
    timers,
    undoing,
    volley,
    witness,
    yearly,
)
from workflow.case import ask as ask_table
from workflow.case import case
from workflow.catalogue import Catalogue
from workflow.commands import Actor, Command, Receipt
from workflow.db import Database
from workflow.draft import By, Draft
from workflow.facts import CaseFacts, Row, load_case
from workflow.history import canonical
from workflow.idempotency import answered, forget_mine, idempotency, recall, remember, remembered
from workflow.message import Message, NotFound, Refused
from workflow.outbox import Claim, Finish
from workflow.records import Guarded
from workflow.recusal import recuse
from workflow.registry import Registry
from workflow.starting import Beginning, begin_case
from workflow.submission import submitted
from workflow.worklist import claim_item, find_item
from workflow.writing import Moved, guarded, is_one_statement, recorded, write

TRIES = 3

Also = Sequence[Callable[[sa.Connection], None]]


class Engine:
    """The commands. It holds no state of its own: everything is in the database."""

    def __init__(
        self, database: Database, catalogue: Catalogue, registry: Registry, after_commit: Callable[[], None]
    ) -> None:
        self.database = database
        self.catalogue = catalogue
        self.registry = registry
        self._after_commit = after_commit
        self.read_case = load_case  # for what people decide; a rehearsal need not read twice what it has just read

    def start(  # noqa: PLR0913 - all by name: what the person saw and wants
        self,
        actor: Actor,
        *,
        process: str,
        action: str,
        subject_type: str,
        subject_id: str,
        inputs: Mapping[str, Any],
        key: str | None = None,
        whom: Mapping[str, Any] | None = None,
        also: Also = (),
    ) -> Receipt:
        """Begin a case. `also` runs first in the same transaction (a new subject's row, say).

        Raises Invalid, Refused, NotFound. The same `key` again gives the first answer. `whom`: how the request named
        the subject; it stands for the id in what the key remembers, as a new subject's id is another on each try.
        """
        about = subject_id if whom is None else dict(whom)
        digest = hashlib.sha256(canonical([process, action, subject_type, about, dict(inputs)])).hexdigest()
        beginning = Beginning(
            agency_id=actor.agency_id, process=process, action=action, subject_type=subject_type,
            subject_id=subject_id, inputs=inputs, person_id=actor.person_id, channel=actor.channel,
        )  # fmt: skip
        for _ in range(TRIES):
            try:
                return self._start(actor, beginning, key, digest, also)
            except (Moved, sa.exc.IntegrityError):
                continue  # somebody began the same at the same moment: look again, it is refused in words then
            except Refused:
                if key is None:
                    raise
                with self.database.glance() as connection:  # or the same request was, which took its files
                    known = recall(connection, actor.agency_id, actor.person_id, key, digest)
                if known is None:
                    raise
                return _again(known)
        raise Refused(Message("error.busy"), status="busy")

    def _start(self, actor: Actor, beginning: Beginning, key: str | None, digest: str, also: Also) -> Receipt:
        with self.database.write() as connection:
            known = recall(connection, actor.agency_id, actor.person_id, key, digest)
            if known is not None:
                return _again(known)
            for call in also:
                call(connection)
            draft = begin_case(connection, self.catalogue, self.registry, self.database.new_id, beginning)
            receipt = _receipt(draft, beginning.action)
            remember(connection, actor.agency_id, actor.person_id, key, digest, receipt.__dict__)
        self._after_commit()
        witness.told("decision", process=draft.case["process"], verb="start")
        return receipt

    def begin(self, beginning: Beginning, *, finish: Callable[[sa.Connection], bool] | None = None) -> Receipt | None:
        """Begin a case without a person: a child, or what a cadence starts. None when it had been begun."""
        with self.database.write() as connection:
            if finish is not None and not finish(connection):
                connection.rollback()
                return None
            known = connection.scalar(
                sa.select(case.c.id).where(
                    case.c.agency_id == beginning.agency_id, case.c.start_key == beginning.start_key
                )
            )
            if known is not None:
                return None
            draft = begin_case(connection, self.catalogue, self.registry, self.database.new_id, beginning)
        self._after_commit()
        return _receipt(draft, beginning.action)

    def act(  # noqa: PLR0913 - all by name: what the person saw and wants
        self,
        actor: Actor,
        *,
        case_id: str,
        action: str,
        inputs: Mapping[str, Any],
        case_version: int,
        item_id: str | None = None,
        item_version: int | None = None,
        key: str | None = None,
        before_write: Callable[[], None] | None = None,
        also: Also = (),
    ) -> Receipt:
        """Take an action of a case for a person. `also` runs last in the same transaction.

        Raises NotFound, Conflict (the case or item moved since it was read), Invalid, Refused with every reason.
        `before_write` runs between reading and writing (tests prove with it that a moved guard writes nothing).
        """
        command = Command(case_id, action, inputs, case_version, item_id, item_version, key)
        digest = "" if key is None else command.digest()

        def decide(connection: sa.Connection) -> tuple[Draft, Guarded] | Receipt:
            return self._decide_act(connection, actor, command, digest)

        return self._run(
            actor, action, decide, key=key, digest=digest, before_write=before_write, also=also,
            may_be_undone=not also,
        )  # fmt: skip

    def undo(self, actor: Actor, case_id: str, seq: int) -> Receipt:
        """Take one's own last decision back while nothing of it has left: state, items and timers with their old
        deadlines, as an event. Raises NotFound, Conflict (somebody acted since), Refused (too late, or final)."""
        steps: list[Row] = []

        def decide(connection: sa.Connection) -> tuple[Draft, Guarded]:
            facts = load_case(connection, self, case_id, actor.agency_id)
            steps[:] = [undoing.find(connection, self.registry, facts, actor.person_id, seq)]
            facts = undoing.with_closed(connection, facts, steps[0])
            draft = self.draft_for(connection, facts, By("person", actor.person_id, None, actor.channel))
            undoing.undo(draft, steps[0])
            return draft, guarded(draft)

        def withdraw(connection: sa.Connection) -> None:
            undoing.take_back(connection, steps[0])

        return self._run(actor, "undo", decide, key=None, digest="", also=(withdraw,))

    def answer(
        self,
        actor: Actor,
        *,
        ask_id: str,
        inputs: Mapping[str, Any],
        nil: bool = False,
        item_version: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Answer an ask; `nil` says there is nothing, with a reason. It never moves the case by itself."""
        digest = hashlib.sha256(canonical([ask_id, nil, dict(inputs)])).hexdigest()

        def decide(connection: sa.Connection) -> tuple[Draft, Guarded] | Receipt:
            return self._decide_answer(connection, actor, ask_id, inputs, nil, item_version, (key, digest))

        return self._run(actor, "answer", decide, key=key, digest=digest)

    def claim(self, actor: Actor, item_id: str, item_version: int, *, release: bool = False) -> None:
        """Say "I am at it" (or no more): a courtesy shown to colleagues, never a lock. Raises Refused, Conflict."""
        with self.database.read() as connection:
            row = find_item(connection, actor.agency_id, item_id)
            facts = load_case(connection, self, row["case_id"], actor.agency_id)
            draft = self.draft_for(connection, facts, By("person", actor.person_id, None, actor.channel))
            permission.check_item(draft, item_id, item_version, actor.person_id)
        person_id = None if release else actor.person_id
        with self.database.write() as connection:
            if not claim_item(connection, item_id=item_id, version=item_version, person_id=person_id):
                raise permission.stale(connection, facts)

    def reassign(self, actor: Actor, item_id: str, to_person_id: str, reason: str, item_version: int) -> Receipt:
        """Hand an item to a colleague, who then acts in one's place; the reason is part of the history."""

        def hand_over(draft: Draft, item: Row, values: Mapping[str, Any]) -> None:
            permission.check_can_take(draft, to_person_id)
            moves.hand_over(draft, dict(item), to_person_id, values)

        return self._with_item(actor, "reassign", item_id, item_version, reason, hand_over)

    def recuse(self, actor: Actor, item_id: str, reason: str, item_version: int) -> Receipt:
        """Declare a conflict of interest where one is asked to act: out of all cases of this subject from now on."""

        def keep_out(draft: Draft, _item: Row, values: Mapping[str, Any]) -> None:
            recuse(draft, values)

        return self._with_item(actor, "recuse", item_id, item_version, reason, keep_out)

    def about_time(
        self, actor: Actor, item_id: str, word: extending.Word, item_version: int, key: str | None = None
    ) -> Receipt:
        """Ask for more time for an open item of one's own; grant or refuse what was asked. Raises as `act`."""

        def say(draft: Draft, item: Row, values: Mapping[str, Any]) -> None:
            extending.say(draft, item, word, values)

        digest = hashlib.sha256(canonical([item_id, *map(str, astuple(word))])).hexdigest()
        return self._with_item(actor, word.kind, item_id, item_version, word.reason, say, (key, digest), word.reasoned)

    def view(
        self, actor: Actor, case_id: str, beside: Callable[[Draft], Any] | None = None
    ) -> explain.CaseView:  # fmt: skip
        """The case as this person sees it; visibility is asked before. `beside` is told the same case, read once."""
        return explain.view(self, actor, case_id, beside)

    def fire(self, timer_id: str) -> bool:
        """Fire one due timer; False when there was nothing left to do."""
        return firing.fire(self, timer_id)

    def fire_together(self, timer_ids: Sequence[str]) -> set[str]:
        """Fire due timers of many cases in one go, as far as that goes; those that fired."""
        fired = volley.fire_together(self, timer_ids)
        if fired:
            self._after_commit()
        return fired

    def sweep_timers(self, among: Sequence[str] | None = None, *, seconds: float = 5.0) -> set[str]:
        """Fire due timers that only tell, in batches (of `among`, or all there are); those that are done with."""
        swept = sweeping.sweep(self, among=among, seconds=seconds)
        if swept:
            self._after_commit()
        return swept

    def receive(self, claim: Claim, finish: Finish) -> None:
        """Deliver one message between cases, together with its end."""
        hearing.HANDLERS[claim.kind](self, claim, finish)

    def start_due_cadences(self) -> int:
        """Start what the plans' dates owe; how many cases began."""
        return yearly.start_due(self)

    def draft_for(self, connection: sa.Connection, facts: CaseFacts, by: By) -> Draft:
        """A working copy of a case in this connection's snapshot."""
        return Draft(facts, self.registry, connection, self.database.new_id, by)

    def change(
        self, case_id: str, by: By, apply: Callable[[Draft], object], *, timer_id: str | None = None,
        finish: Callable[[sa.Connection], bool] | None = None,
    ) -> bool:  # fmt: skip
        """Change a case for the system: a timer, another case's word. False when it was done already or is gone."""
        for _ in range(TRIES * 3):
            with self.database.glance() as connection:
                try:
                    facts = load_case(connection, self, case_id, None)
                except NotFound:
                    return False
                draft = self.draft_for(connection, facts, by)
                apply(draft)
                moves.settle(draft)
            guard = guarded(draft, timer_id=timer_id)
            records = recorded(draft, guard)
            try:
                with self.database.write(once=finish is None and is_one_statement(draft)) as connection:
                    if finish is not None and not finish(connection):
                        connection.rollback()
                        return False
                    write(connection, draft, guard, records)
            except Moved:
                if timer_id is not None and self._timer_gone(timer_id):
                    return False
                continue
            self._after_commit()
            return True
        raise Refused(Message("error.busy"), status="busy")

    def _with_item(
        self, actor: Actor, name: str, item_id: str, item_version: int, reason: str,
        apply: Callable[[Draft, Row, Mapping[str, Any]], None], key: tuple[str | None, str] = (None, ""),
        reasoned: bool = True,
    ) -> Receipt:  # fmt: skip
        """Something about an open item of mine, as I saw it. Raises NotFound, Conflict, Invalid, Refused."""

        def decide(connection: sa.Connection) -> tuple[Draft, Guarded] | Receipt:
            row = find_item(connection, actor.agency_id, item_id)
            facts = self.read_case(connection, self, row["case_id"], actor.agency_id, key=_asked(actor, key[0]))
            if (known := _repeated(facts, key[1])) is not None:
                return known
            draft = self.draft_for(connection, facts, By("person", actor.person_id, None, actor.channel))
            item, authority = permission.check_item(draft, item_id, item_version, actor.person_id)
            draft.by = By("person", actor.person_id, authority, actor.channel)
            apply(draft, item, submitted(draft, ("reason",), (), {"reason": reason}) if reasoned else {})
            return draft, guarded(draft, item=item)

        return self._run(actor, name, decide, key=key[0], digest=key[1])

    def _timer_gone(self, timer_id: str) -> bool:
        with self.database.read() as connection:
            return not timers.is_armed(connection, timer_id)

    def _run(
        self,
        actor: Actor,
        action: str,
        decide: Callable[[sa.Connection], tuple[Draft, Guarded] | Receipt],
        *,
        key: str | None,
        digest: str,
        before_write: Callable[[], None] | None = None,
        also: Also = (),
        may_be_undone: bool = False,
    ) -> Receipt:
        failure: Exception | None = None
        for _ in range(TRIES):
            try:
                with self.database.glance() as connection:
                    decided = decide(connection)
                    if isinstance(decided, Receipt):
                        return decided
                    draft, guard = decided
                    if before_write is not None:
                        before_write()
                    records, receipt = recorded(draft, guard), _receipt(draft, action)
                    if may_be_undone:
                        undoing.remember(draft, records)
                    if key is not None:
                        kept = remembered(actor.agency_id, actor.person_id, key, digest, receipt.__dict__)
                        records.insert(idempotency, [kept])
                    once = is_one_statement(draft) and not also
                    with self.database.write(once=once, on=connection):
                        write(connection, draft, guard, records)
                        for call in also:
                            call(connection)
            except (Moved, sa.exc.IntegrityError) as moved:
                failure = moved  # read again: it is a conflict to tell of by now, or only something beside it moved
                if key is not None and not isinstance(moved, Moved):
                    with self.database.write() as connection:
                        forget_mine(connection, actor.agency_id, actor.person_id, key)
                continue
            self._after_commit()
            witness.told("decision", process=draft.case["process"], verb=_verb(draft, action))
            return receipt
        raise Refused(Message("error.busy"), status="busy") from failure

    def _decide_act(
        self, connection: sa.Connection, actor: Actor, command: Command, digest: str
    ) -> tuple[Draft, Guarded] | Receipt:
        facts = self.read_case(connection, self, command.case_id, actor.agency_id, key=_asked(actor, command.key))
        if (known := _repeated(facts, digest)) is not None:
            return known
        item = permission.checked_item(facts, connection, command.item_id, command.item_version)
        if facts.case["version"] != command.case_version:
            raise permission.overtaken(connection, facts, command.action, command.case_version)
        draft = self.draft_for(connection, facts, By("person", actor.person_id, None, actor.channel))
        action, held = permission.find_action(draft, command.action)
        authority = permission.check(draft, action, actor.person_id, held=held)
        draft.by = By("person", actor.person_id, authority, actor.channel)
        inputs = submitted(draft, action.needs, action.takes, command.inputs)
        permission.check_guards(draft, action, inputs)
        moves.take(draft, action, inputs=inputs, by=draft.by, held=held)
        rescheduling.refit(draft)
        moves.settle(draft)
        acting = item or permission.own_item(draft, action, held)
        return draft, guarded(draft, item=acting)

    def _decide_answer(
        self, connection: sa.Connection, actor: Actor, ask_id: str, inputs: Mapping[str, Any], nil: bool,
        item_version: int | None, key: tuple[str | None, str],
    ) -> tuple[Draft, Guarded] | Receipt:  # fmt: skip
        stored = connection.execute(_ASK, {"ask": ask_id, "agency": actor.agency_id}).mappings().first()
        if stored is None:
            raise NotFound("ask")
        row: Row = dict(stored)
        facts = self.read_case(connection, self, row["case_id"], actor.agency_id, key=_asked(actor, key[0]))
        if (known := _repeated(facts, key[1])) is not None:
            return known
        draft = self.draft_for(connection, facts, By("person", actor.person_id, None, actor.channel))
        ask, item = permission.open_ask(draft, row, item_version)
        authority = permission.check_ask(draft, item, actor.person_id)
        if nil and not ask.nil:
            raise Refused(Message("ask.no_nil", {"title": ask.title}))
        draft.by = By("person", actor.person_id, authority, actor.channel)
        needs, takes = (("reason",), ()) if nil else (ask.answer, ask.takes)
        values = submitted(draft, needs, takes, inputs, asked=True)
        asking.answered(draft, ask, row, values, nil=nil)
        moves.settle(draft)
        return draft, guarded(draft, item=item)


_MINE = (ask_table.c.id == sa.bindparam("ask"), ask_table.c.agency_id == sa.bindparam("agency"))
_ASK = sa.select(ask_table).where(*_MINE)


def _asked(actor: Actor, key: str | None) -> tuple[str, str] | None:
    return None if key is None else (actor.person_id, key)


def _repeated(facts: CaseFacts, digest: str) -> Receipt | None:
    """The first answer, when the same request was answered before; read together with the case, so never half."""
    known = answered(*facts.recalled, digest) if facts.recalled is not None else None
    return None if known is None else _again(known)


def _again(known: Mapping[str, Any]) -> Receipt:
    return Receipt(**{**known, "repeated": True})


def _verb(draft: Draft, action: str) -> str:
    """What an action meant in the state it was taken in; an answer, a handing over or a recusal is its own verb."""
    found = draft.facts.life.definition.actions_in(draft.facts.case["state"]).get(action)
    return found.verb if found else action


def _receipt(draft: Draft, action: str) -> Receipt:
    row = draft.case
    return Receipt(row["id"], row["code"], row["chain_seq"], row["version"], action, row["state"], draft.state.title)
