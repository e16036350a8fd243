"""The rules a plan may ask for by name: pure, facts in, a result with its figures out.

A rule knows no number, no title and no article: those are the plan's. `proof`: nothing speaks against, but nothing on
record shows it yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from states.eligibility.case_facts import Facts, Record, aim_of, dated, months_between, row_of_years
from states.eligibility.requirement import Requirement, Rule
from workflow.folding import fold
from workflow.message import Message

Result = Literal["pass", "fail", "proof"]


@dataclass(frozen=True)
class Outcome:
    """A result and its sentence with figures."""

    result: Result
    message: Message


Judge = Callable[[Facts, Requirement], Outcome]

RULES: dict[str, Rule] = {}
JUDGES: dict[str, Judge] = {}


def rule(
    *, numbers: tuple[str, ...] = (), words: tuple[str, ...] = (), may: tuple[str, ...] = ()
) -> Callable[[Judge], Judge]:
    """Register a judge under its own name, with what the plan must tell it; a name never changes its meaning."""

    def register(judge: Judge) -> Judge:
        RULES[judge.__name__] = Rule(numbers, words, may)
        JUDGES[judge.__name__] = judge
        return judge

    return register


def _say(result: Result, name: str, /, **figures: Any) -> Outcome:
    return Outcome(result, Message(f"eligibility.{name}.{result}", figures))


# --- who may be considered at all -------------------------------------------------------------------


@rule()
def not_on_hold(facts: Facts, _: Requirement) -> Outcome:
    """Nothing is being looked into: discipline, inquiry, complaint, a report in the press."""
    return _say("fail", "not_on_hold", grounds=list(facts.holds)) if facts.holds else _say("pass", "not_on_hold")


@rule()
def discipline_over(facts: Facts, _: Requirement) -> Outcome:
    """No disciplinary period runs today; its last day still belongs to it."""
    running = facts.covering("discipline")
    if not running:
        return _say("pass", "discipline_over", count=len(facts.of("discipline")))
    until = running[-1]["ends_on"] or Message("eligible.no_end_yet")
    return _say("fail", "discipline_over", number=running[-1]["decision_number"], until=until)


@rule(may=("kinds_counted",))
def counted_after_discipline(facts: Facts, asked: Requirement) -> Outcome:
    """After discipline, only what was achieved since its end counts, and there is something of that kind."""
    first = facts.counted_from
    if first == date.min:
        return _say("pass", "counted_after_discipline", first=Message("eligibility.always"), count="–")
    if first == date.max:
        return _say("fail", "counted_after_discipline")
    kinds = asked.words("kinds_counted") or ("rating", "title", "initiative", "result", "contribution")
    count = len([one for one in facts.records if one["kind"] in kinds and facts.counts(one)])
    return _say("pass" if count else "proof", "counted_after_discipline", first=first, count=count)


@rule()
def still_part_of_us(facts: Facts, _: Requirement) -> Outcome:
    """The person still works here, the unit still exists."""
    gone = facts.leaves_on is not None and facts.leaves_on < facts.today
    return _say("fail" if gone else "pass", "still_part_of_us", name=facts.name, on=facts.leaves_on or "")


@rule()
def level_free(facts: Facts, _: Requirement) -> Outcome:
    """The level aimed at is not held by another case."""
    aim = aim_of(facts.levels, facts.ladder)
    for row in facts.recognitions:
        if row["level"] == aim and row["case_id"] != facts.case_id:
            return _say("fail", "level_free", level=facts.ladder[row["level"]], code=row["code"])
    return _say("pass", "level_free", level=facts.ladder.get(aim or "", ""))


@rule()
def no_lower_award_needed(facts: Facts, _: Requirement) -> Outcome:
    """Whoever meets the standard need not hold a lower award first: nothing is asked, and the page says so."""
    return _say("pass", "no_lower_award_needed", held=len(facts.awards))


# --- what counts, and once --------------------------------------------------------------------------


@rule(words=("regular",), may=("what",))
def regular_results(facts: Facts, asked: Requirement) -> Outcome:
    """Sudden and thematic results found no request for merit to a higher level; something regular must be there."""
    regular = asked.words("regular")
    results = [one for one in facts.of("result") if facts.counts(one)]
    other = [one for kind in asked.words("what") for one in facts.of(kind) if facts.counts(one)]
    good = len(other) + len([one for one in results if one["value"] in regular])
    left_out = [str(one["title"]) for one in results if one["value"] not in regular]
    if good:
        return _say("pass", "regular_results", count=good, left_out=len(left_out))
    return _say("fail" if left_out else "proof", "regular_results", titles=left_out)


@rule()
def achievement_once(facts: Facts, _: Requirement) -> Outcome:
    """No proof offered now has already carried an award of the same subject."""
    used = facts.used_proofs
    if used:
        return _say("fail", "achievement_once", file=used[0]["name"], code=used[0]["code"])
    return _say("pass", "achievement_once", count=len(facts.named("ground_proof")))


@rule(words=("named_in",))
def initiative_once(facts: Facts, asked: Requirement) -> Outcome:
    """No initiative named now was spent before, on a title or an award."""
    named = [one for name in asked.words("named_in") for one in facts.named(name)]
    used = {fold(str(one["title"])): str(one["code"]) for one in facts.used_initiatives}
    used |= {
        fold(one["title"]): one["used_for"] for one in facts.of("initiative") if one["used_for"] not in ("", facts.code)
    }
    for title in named:
        if fold(title) in used:
            return _say("fail", "initiative_once", title=title, used=used[fold(title)])
    return _say("pass", "initiative_once", count=len(named))


@rule(words=("named_in",))
def initiatives_certified(facts: Facts, asked: Requirement) -> Outcome:
    """Every initiative named stands on record with its certificate."""
    named = [one for name in asked.words("named_in") for one in facts.named(name)]
    shown = {fold(one["title"]) for one in facts.of("initiative") if _has_paper(one)}
    missing = [title for title in named if fold(title) not in shown]
    if missing:
        return _say("proof", "initiatives_certified", titles=missing)
    return _say("pass", "initiatives_certified", count=len(named))


@rule()
def awards_stated(facts: Facts, _: Requirement) -> Outcome:
    """Earlier awards and titles are stated with number and day of their decisions."""
    rows = [(one["form"], one) for one in facts.awards]
    rows += [(f"{one['value']} {one['year']}", one) for one in facts.of("title")]
    missing = [name for name, one in rows if not (one.get("decision_number") and one.get("decided_on"))]
    if missing:
        return _say("proof", "awards_stated", names=missing)
    return _say("pass", "awards_stated", count=len(rows))


# --- standards ---------------------------------------------------------------------------------------


@rule(numbers=("years",), words=("values",))
def rated(facts: Facts, asked: Requirement) -> Outcome:
    """Rated so in each of the last years, without a gap; the present year counts once it is rated.

    A year rated otherwise fails; one that is not on record needs proof.
    """
    wanted, values = asked.number("years"), asked.words("values")
    ratings = {one["year"]: one for one in facts.of("rating")}
    last = max((year for year in ratings if year <= facts.today.year), default=facts.today.year - 1)
    last = max(last, facts.today.year - 1)
    window = [last - back for back in range(wanted)]
    good = [year for year in ratings if ratings[year]["value"] in values and facts.counts(ratings[year])]
    row = row_of_years(good, last)
    if row >= wanted:
        return _say("pass", "rated", row=row, needed=wanted, last=last)
    against = [year for year in window if year in ratings and year not in good]
    if against:
        return _say("fail", "rated", row=row, needed=wanted, years=sorted(against))
    return _say("proof", "rated", row=row, needed=wanted, years=sorted(y for y in window if y not in ratings))


@rule(numbers=("times",), words=("values",))
def titled(facts: Facts, asked: Requirement) -> Outcome:
    """The title was given in so many years in a row, the last of them this year's or the year's before."""
    wanted, values = asked.number("times"), asked.words("values")
    years = {one["year"] for one in facts.of("title") if one["value"] in values and facts.counts(one)}
    row = max(row_of_years(years, last) for last in (facts.today.year, facts.today.year - 1))
    figures = {"row": row, "needed": wanted, "years": sorted(years)}
    if row >= wanted:
        return _say("pass", "titled", **figures)
    return _say("fail" if years else "proof", "titled", **figures)


@rule(numbers=("least",), words=("what",), may=("values", "scopes", "within_years", "named_in"))
def on_record(facts: Facts, asked: Requirement) -> Outcome:
    """So many records of a kind are there, with a paper each; `scopes` and `values` narrow them.

    Those without a paper, or named in the case and not on record, need proof; too few of either fail.
    """
    found = [one for kind in asked.words("what") for one in facts.of(kind) if _fits(facts, asked, one)]
    good = [one for one in found if _has_paper(one)]
    named = {fold(title) for name in asked.words("named_in") for title in facts.named(name)}
    known = {fold(one["title"]) for kind in asked.words("what") for one in facts.of(kind)}
    spoken_of = len(found) + len(named - known)
    figures = {"count": len(good), "needed": asked.number("least"), "named": spoken_of}
    if len(good) >= asked.number("least"):
        return _say("pass", "on_record", **figures)
    enough = spoken_of >= asked.number("least") or not (found or named)
    return _say("proof" if enough else "fail", "on_record", **figures)


@rule(numbers=("months",), may=("counting",))
def served(facts: Facts, asked: Requirement) -> Outcome:
    """Months of service this year; leave of the kinds that count (maternity) is not taken off."""
    start = max((one["starts_on"] for one in facts.stays[:1] if one["starts_on"]), default=None)
    if start is None:
        return _say("proof", "served", needed=asked.number("months"))
    first = max(start, date(facts.today.year, 1, 1))
    days = (facts.today - first).days + 1
    off = [one for one in facts.of("leave") if one["value"] not in asked.words("counting")]
    away = sum(_overlap(one, first, facts.today) for one in off)
    months = max(0, days - away) * 12 // 365
    kept = len(facts.of("leave")) - len(off)
    figures = {"months": months, "needed": asked.number("months"), "away": away, "kept": kept}
    return _say("pass" if months >= asked.number("months") else "fail", "served", **figures)


@rule(numbers=("percent",))
def preferred(facts: Facts, asked: Requirement) -> Outcome:
    """Goes first among equals: a woman, or a collective of so many women in the hundred."""
    known = facts.genders
    if not known.members:
        if not known.gender:
            return _say("proof", "preferred")
        return _say("pass", "preferred" if known.gender == "female" else "not_preferred")
    figures = {"women": known.women, "members": known.members, "percent": asked.number("percent")}
    needed = asked.number("percent") * known.members
    if known.women * 100 >= needed:
        return _say("pass", "preferred_collective", **figures)
    if (known.women + known.unknown) * 100 >= needed:
        return _say("proof", "preferred_collective", unknown=known.unknown, **figures)
    return _say("pass", "not_preferred_collective", **figures)


# --- what others must have said ----------------------------------------------------------------------


@rule(numbers=("months",), words=("comment",))
def old_unit_heard(facts: Facts, asked: Requirement) -> Outcome:
    """Who came from a unit after so many months there brings its comment."""
    needed = asked.number("months")
    moves = [one for one in facts.stays if one["ends_on"] and one["ends_on"].year >= facts.today.year - 1]
    if not moves:
        return _say("pass", "old_unit_heard", months=0, needed=needed)
    months = months_between(moves[-1]["starts_on"] or date.min.replace(year=1900),
                            date.fromordinal(moves[-1]["ends_on"].toordinal() + 1))  # fmt: skip
    if months < needed or _heard(facts, asked, since=moves[-1]["ends_on"]):
        return _say("pass", "old_unit_heard", months=months, needed=needed)
    return _say("proof", "old_unit_heard", months=months, needed=needed, until=moves[-1]["ends_on"])


@rule(words=("comment",))
def receiver_heard(facts: Facts, asked: Requirement) -> Outcome:
    """Of somebody seconded the sending unit considers, on the receiving unit's comment."""
    running = facts.covering("secondment")
    if not running:
        return _say("pass", "receiver_heard")
    if _heard(facts, asked, since=running[-1]["starts_on"]):
        return _say("pass", "receiver_heard_at", unit=running[-1]["title"])
    return _say("proof", "receiver_heard", unit=running[-1]["title"])


@rule(words=("clear",), may=("from",))
def cleared(facts: Facts, asked: Requirement) -> Outcome:
    """The agencies asked (tax, insurance, police …) have answered this year, and none objects."""
    answers = [one for one in facts.of("clearance") if one["decided_on"] and _this_year(one, facts)]
    against = [str(one["title"]) for one in answers if one["value"] not in asked.words("clear")]
    if against:
        return _say("fail", "cleared", names=against)
    heard = {fold(one["title"]) for one in answers}
    missing = [name for name in asked.words("from") if fold(name) not in heard]
    if missing or not answers:
        return _say("proof", "cleared", names=missing or [Message("eligibility.some_agency")])
    return _say("pass", "cleared", count=len(answers))


@rule(words=("fields",))
def paper_there(facts: Facts, asked: Requirement) -> Outcome:
    """The case holds one of these papers."""
    return _say("pass" if any(facts.fields.get(name) for name in asked.words("fields")) else "proof", "paper_there")


def _fits(facts: Facts, asked: Requirement, one: Record) -> bool:
    values, scopes = asked.words("values"), asked.words("scopes")
    within = asked.number("within_years") if "within_years" in (asked.figures or {}) else None
    recent = within is None or dated(one).year > facts.today.year - within
    return (not values or one["value"] in values) and (not scopes or one["scope"] in scopes) and (
        recent and facts.counts(one))  # fmt: skip


def _has_paper(one: Record) -> bool:
    return bool(one["proof_file_id"] or (one["decision_number"] and one["decided_on"]))


def _heard(facts: Facts, asked: Requirement, *, since: date) -> bool:
    return any(one["value"] in asked.words("comment") and one["decided_on"] >= since for one in facts.of("comment"))


def _this_year(one: Record, facts: Facts) -> bool:
    return bool(one["decided_on"].year == facts.today.year)


def _overlap(one: Record, first: date, last: date) -> int:
    """Days of a leave within two days, both included."""
    begins: date = max(one["starts_on"], first)
    ends: date = min(one["ends_on"] or last, last)
    return max(0, (ends - begins).days + 1)
