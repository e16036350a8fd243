"""What the system works out at a sitting, so that nobody types a verdict: who is voted on, and what each name got."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from states.ballots import boxes
from states.ballots.model import VOID
from states.councils.settling import Line, Settled
from states.councils.sittings import Name, Sitting, load
from workflow.case import ask
from workflow.message import Message
from workflow.registry import Context, Registry

FINAL = ("passed", "failed")


def on_ballot(connection: sa.Connection, context: Context) -> list[str]:
    """The names still open: on the agenda, not put off, not decided, their cases neither held nor gone on."""
    return list(load(connection, context).open)


def ballot_no(connection: sa.Connection, context: Context) -> int:
    """The number of the ballot that is opened: the same again where its box was given up and nothing was counted."""
    last = int(context.fields.get("ballot_no") or 0)
    given_up = any(
        one.round == last and one.status == VOID
        for one in boxes.of_case(connection, context.agency_id, context.case_id)
    )
    counted = any(line["params"].get("ballot") == last for line in context.fields.get("tally") or ())
    return last if given_up and not counted else last + 1


def verdict(connection: sa.Connection, context: Context) -> dict[str, str]:
    """What each name has by now: of earlier ballots, this one, of who decided between equals; put off is deferred.
    Where the last count is taken again, its names have nothing yet."""
    if again := context.inputs.get("recounted"):
        return {one: said for one, said in (context.fields.get("verdict") or {}).items() if one not in again}
    sitting = load(connection, context)
    found = dict.fromkeys(context.fields.get("put_off") or [], "deferred") | sitting.decided
    return found | {one: settled.verdict for one, settled in _ballot(sitting).items() if settled.verdict in FINAL}


def away(connection: sa.Connection, context: Context) -> list[str]:
    """Members besides the chair who are neither there nor have sent somebody: they may write."""
    sitting = load(connection, context)
    there = set(context.fields.get("present") or [])
    return [seat.person_id for seat in sitting.seats if seat.office != "chair" and seat.person_id not in there]


def recounted(_: sa.Connection, context: Context) -> list[str]:
    """The names of the last ballot, whose count is to be taken again."""
    return list(context.fields.get("on_ballot") or [])


def arriving(connection: sa.Connection, context: Context) -> list[str]:
    """To begin with: who said they come or send somebody; once the sitting is open, who was there last."""
    asked = sa.select(ask.c.element, ask.c.answer).where(
        ask.c.case_id == context.case_id, ask.c.visit == context.visit, ask.c.status == "answered",
        ask.c.element.like("person:%"),
    )  # fmt: skip
    answers = connection.execute(asked).all()
    said = {row.element.removeprefix("person:"): (row.answer or {}).get("attendance") for row in answers}
    if not any(said.values()):
        return list(context.fields.get("present") or [])
    return [one for one, word in said.items() if word in ("present", "proxy")]


def outcome(connection: sa.Connection, context: Context) -> str:
    """Where the sitting goes on: a further ballot, the chair, the head, or all is settled."""
    verdicts = {settled.verdict for settled in _ballot(load(connection, context)).values()}
    return next((one for one in ("again", "tied", "undecided") if one in verdicts), "settled")


def tied(connection: sa.Connection, context: Context) -> list[str]:
    """The names between which the chair decides."""
    return _with(connection, context, "tied")


def undecided(connection: sa.Connection, context: Context) -> list[str]:
    """The names left to whoever decides after the last ballot."""
    return _with(connection, context, "undecided")


def tally(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """The count as the minutes have it: a line a name, with what it needed and why it got what it got."""
    sitting = load(connection, context)
    names, lines = {name.case_id: name for name in sitting.agenda}, {line.id: line for line in sitting.lines}
    said = _advised if sitting.rules.mode == "appraise" else _counted
    return [said(sitting, names[one], lines[one], settled) for one, settled in _ballot(sitting).items()]


def _counted(sitting: Sitting, name: Name, line: Line, settled: Settled) -> dict[str, Any]:
    return {
        "key": f"tally.{settled.verdict}", "value": line.agreed,
        "params": {
            **_told(sitting, name, line, settled), "cast": line.cast, "needed": settled.needed, "base": settled.base,
            **_apart(sitting, line),
        },
    }  # fmt: skip


def _advised(sitting: Sitting, name: Name, line: Line, settled: Settled) -> dict[str, Any]:
    """A body that appraises counts nothing: no number stands where a reader would take it for votes."""
    return {"key": f"advice.{settled.verdict}", "value": "", "params": _told(sitting, name, line, settled)}


def _told(sitting: Sitting, name: Name, line: Line, settled: Settled) -> dict[str, Any]:
    return {
        "code": name.code, "label": name.label, "recused": len(line.recused), "cite": sitting.rules.cite,
        "ballot": sitting.ballot, "why": [one.key for one in settled.why],
    }  # fmt: skip


def _apart(sitting: Sitting, line: Line) -> dict[str, Any]:
    """The kinds of votes, those written by absent members among them, and the rule in parts: enough to say why."""
    share = sitting.rules.share(line.award)
    return {
        "against": line.against, "blank": line.blank, "invalid": line.invalid, "written": line.written,
        "places": sitting.places, "part": share.written, "of": share.of, "strict": share.strict,
    }  # fmt: skip


def _ballot(sitting: Sitting) -> dict[str, Settled]:
    """The verdicts of the ballot; none where the guards will refuse its counts anyway, or nothing is counted yet."""
    if sitting.waits:
        return {}
    try:
        found = sitting.settled()
    except ValueError:
        return {}
    return {one: _by_head(sitting, settled) for one, settled in found.items()}


def _by_head(sitting: Sitting, settled: Settled) -> Settled:
    said = (sitting.fields.get("head_for") or {}).get(settled.id)
    if settled.verdict != "undecided" or said not in FINAL:
        return settled
    told = Message("vote.head", {"cite": sitting.rules.cite})
    return replace(settled, verdict=said, why=(*settled.why, told))


def _with(connection: sa.Connection, context: Context, wanted: str) -> list[str]:
    ballot = _ballot(load(connection, context))
    return [one for one, settled in ballot.items() if settled.verdict == wanted]


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    for compute in (on_ballot, ballot_no, away, arriving, recounted, verdict, outcome, tied, undecided, tally):
        registry.form(compute.__name__)(compute)
