"""Small sound processes at random: every state can be reached, an end from everywhere, nothing turns by itself."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.model.process import LAST_LEVEL, OWN_GROUND, Act, Ask, Place, Process, Step, Times

OWNERS = ("head", "office", "boss")
roles = st.sampled_from(OWNERS)
few_days = st.integers(1, 6)
reminders = st.lists(st.sampled_from([0, 1, 3]), max_size=2, unique=True).map(tuple)
rarely = st.sampled_from([False, False, True])


@st.composite
def times(draw: st.DrawFn, *, acts: tuple[str, ...] = (), may_wait: bool = True) -> Times:
    """A deadline with somebody who hears of lateness; lateness may act by itself where `acts` are given."""
    if may_wait and draw(rarely):
        return Times()
    steps = []
    for _ in range(draw(st.integers(1, 2))):
        mode = draw(st.sampled_from(["tell", "add_owner", "act"] if acts else ["tell", "add_owner"]))
        action = draw(st.sampled_from(acts)) if mode == "act" else ""
        every = 0 if mode == "act" else draw(st.sampled_from([0, 0, 2]))
        steps.append(Step(draw(roles), draw(st.integers(1, 4)), mode, action, every))
    return Times(draw(few_days), draw(reminders), tuple(steps))


@st.composite
def asks(draw: st.DrawFn, name: str, acts: tuple[str, ...] = ()) -> Ask:
    """A single step for somebody, perhaps on a rhythm whose misses are counted."""
    every = draw(st.sampled_from([0, 0, 4]))
    found = draw(times(acts=acts, may_wait=False))
    if every and draw(st.booleans()):
        found = Times(found.due, found.remind, (Step(draw(roles), missed=draw(st.integers(1, 2))),))
    return Ask(
        name, draw(roles), found, every, draw(st.sampled_from([("note",), ("flag",)])), draw(st.booleans()),
        draw(st.sampled_from(["", "", "flag is yes"])) if not every else "",
        "" if every else draw(st.sampled_from(["", "", "agrees", "waits", "escalates"])),
    )  # fmt: skip


@st.composite
def targets(draw: st.DrawFn, number: int, names: list[str]) -> tuple[tuple[str, str], ...]:
    """Forward, perhaps by a choice: the next state is always one of the branches."""
    after = names[number + 1]
    if draw(rarely):
        other = draw(st.sampled_from(names[number + 1 :]))
        return ((other, draw(st.sampled_from(["flag is yes", "flag is not yes"]))), (after, ""))
    return ((after, ""),)


@st.composite
def states(draw: st.DrawFn, number: int, names: list[str], levels: dict[int, str]) -> Place:
    """One state of work: forward, sometimes back, aside, or on by itself."""
    after = names[number + 1 :]
    go = Act(
        f"go{number}", draw(targets(number, names)), by=draw(st.sampled_from([(), (), ("office",)])),
        guard=draw(st.sampled_from(["", "", "flag is yes"])), needs=draw(st.sampled_from([(), ("flag",)])),
        verb=draw(st.sampled_from(["act", "approve"])),
        not_by=(f"w{number - 1}.go{number - 1}",) if number and draw(rarely) else (),
    )  # fmt: skip
    acts = [go]
    if draw(st.booleans()):
        acts.append(Act(f"stay{number}", needs=("flag",), by=draw(st.sampled_from([(), ("staff",)]))))
    if number and draw(st.booleans()):
        acts.append(Act(f"back{number}", ((names[draw(st.integers(0, number - 1))], ""),), verb="return"))
    if draw(rarely):
        acts.append(Act(f"push{number}", ((draw(st.sampled_from(after)), ""),), by=("office",), while_held=True))
    if levels.get(number) in ("low", "high") and draw(st.booleans()):
        acts.append(
            Act(f"drop{number}", ((LAST_LEVEL, "level is not none"), (after[-1], "")), by=("boss",), drops=True)
        )
    elif levels and draw(rarely):
        acts.append(Act(f"fall{number}", ((LAST_LEVEL, "level is not none"), (after[-1], "")), verb="refuse"))
    by_itself = tuple(act.name for act in acts if act.name.startswith(("go", "push")))
    named = draw(st.sampled_from([(), (), (f"a{number}",), (f"a{number}", f"b{number}")]))
    asked = tuple(draw(asks(name, by_itself)) for name in named)
    when = draw(times(acts=by_itself))
    if draw(rarely) and when.due:
        acts.append(Act(f"late{number}", ((draw(st.sampled_from(after)), ""),), when="overdue"))
    if draw(rarely):
        acts.append(
            Act(f"wait{number}", ((draw(st.sampled_from(after)), ""),), when=f"after {draw(few_days)} working_days")
        )
    if asked and draw(st.booleans()):
        word = draw(st.sampled_from(["all {}", "1 of {}", "all {} and flag is yes"])).format(asked[0].name)
        if asked[0].every and word.startswith("all"):
            word = f"1 of {asked[0].name}"
        acts.append(Act(f"told{number}", ((draw(st.sampled_from(after)), ""),), when=word))
    return Place(names[number], draw(roles), when, levels.get(number, ""), acts=tuple(acts), asks=asked)


@st.composite
def processes(draw: st.DrawFn) -> Process:
    """Three to six states."""
    count = draw(st.integers(2, 4))
    names = [*(f"w{number}" for number in range(count)), "done"]
    places = draw(st.lists(st.integers(0, count - 1), max_size=3, unique=True))
    levels = dict(zip(places, draw(st.permutations(["low", "high", "none"])), strict=False))
    if set(levels.values()) == {"none"}:
        levels = {}
    work = [draw(states(number, names, levels)) for number in range(count)]
    ends = [Place("done", end=True)]
    everywhere: list[Act] = []
    if draw(st.booleans()):
        ends.append(Place("gone", end=True))
        everywhere.append(
            Act("withdraw", (("gone", ""),), by=("nominator",), while_held=draw(st.booleans()), excepted=draw(
                st.sampled_from([(), (names[0],)])))
        )  # fmt: skip
        if everywhere[0].excepted and count == 1:
            everywhere = []
    held = None
    if draw(st.sampled_from([True, True, False])):
        everywhere.append(
            Act("pause", by=("office",), needs=("ground",), holds="ground", while_held=draw(st.booleans()))
        )
        acts = [Act("clear", needs=("ground",), releases="ground")]
        if draw(st.booleans()):
            everywhere.append(Act("freeze", by=("boss", "office"), holds=OWN_GROUND, while_held=draw(st.booleans())))
            acts.append(Act("thaw", releases="all"))
        own = tuple(act.name for act in acts if act.name == "thaw")
        asked = tuple(draw(asks("h", own)) for _ in range(draw(st.sampled_from([0, 0, 1]))))
        asked = tuple(Ask("h", ask.of, ask.times, ask.every, ask.answer, ask.nil, silence=ask.silence) for ask in asked)
        held = Place("held", "office", draw(times(acts=own)), acts=tuple(acts), asks=asked)
    return Process((*work, *ends), tuple(everywhere), held)
