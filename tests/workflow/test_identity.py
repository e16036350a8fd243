"""Who may answer, on whose authority, and who never: deputies, chains and circles, conflicts, four eyes, stand-ins."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from states.subjects.enrol import enrol_unit
from tests.cast import BEGIN, Cast
from tests.databases import SqliteDatabases
from tests.model.process import Act, Place, Process
from tests.model.story import telling
from tests.roads import case_at, do
from tests.workflow.plans import shipped
from tests.workflow.test_firing import in_inbox
from workflow.clock import local_date
from workflow.identity import (
    EVERYONE,
    EXCLUDED,
    Asked,
    Authority,
    Grant,
    Matter,
    Organisation,
    PersonRow,
    Power,
    excluded,
    holders,
    load_organisation,
    may,
    who,
)
from workflow.message import Message, Refused
from workflow.organisation import absence, agency, person, role_grant
from workflow.organisation_changes import (
    add_agency,
    add_person,
    declare_conflict,
    end_absence,
    grant_role,
    revoke_role,
    touched,
    withdraw_conflict,
)
from workflow.registry import Party

TODAY = date(2025, 3, 3)
UNTIL = date(2025, 3, 31)
PLAN = shipped().plan


# --- an organisation on paper -------------------------------------------------------------------------


def paper(
    grants: dict[str, tuple[Grant, ...]], away: dict[str, tuple[str, ...]] | None = None,
    conflicts: tuple[str, ...] = (), gone: tuple[str, ...] = (), people: str = "abcdexyz",
) -> Organisation:  # fmt: skip
    """People named by letters, all of unit `u`: who holds what, who stands in for whom, who is in conflict with `s`."""
    rows = {p: PersonRow(p, p, p.upper(), "u", "", "", None, 0, p not in gone) for p in people}
    deputies = {a: tuple((d, f"{a}>{d}", UNTIL) for d in ds) for a, ds in (away or {}).items()}
    unit = {"id": "u", "name": "Phòng U", "type": "phong"}
    held = {p: g for p, g in grants.items() if p not in gone}
    return Organisation("agency", 1, TODAY, rows, {"u": unit}, held, deputies, frozenset((p, "s") for p in conflicts))


DIRECTOR, OFFICE, HEAD = Grant("director", None), Grant("office", None), Grant("unit_head", "u")
MATTER = Matter("s", "u", (Party("x", "subject"),))
FOR_DIRECTOR, FOR_HEAD = Asked(("director",), "u"), Asked(("unit_head",), "u")


def verdict(org: Organisation, person_id: str, asked: Asked, matter: Matter = MATTER) -> Authority | list[str]:
    """The authority, or the keys of why not."""
    found = may(org, PLAN, matter, person_id, asked)
    return found if isinstance(found, Authority) else [reason.key for reason in found]


def test_ones_own_role():
    found = verdict(paper({"a": (HEAD,)}), "a", FOR_HEAD)
    assert isinstance(found, Authority)
    assert (found.role, found.unit_id, found.on_behalf_of, found.chain) == ("unit_head", "u", None, ())
    assert found.why == Message("authority.role_of_unit", {"role": PLAN.roles["unit_head"].title, "unit": "Phòng U"})
    assert verdict(paper({"a": (HEAD,)}), "b", FOR_HEAD) == ["authority.role_missing"]


def test_what_is_asked_of_somebody_by_name_is_called_theirs():
    org = paper({"a": (HEAD,)})
    assert may(org, PLAN, MATTER, "a", Asked((), None, {"b": None})) == (
        Message("authority.role_missing", {"roles": ["B"]}),
    )  # fmt: skip
    assert verdict(org, "a", Asked((), None)) == ["authority.others"]


def test_a_role_of_another_unit_is_none_here():
    assert verdict(paper({"a": (Grant("unit_head", "v"),)}), "a", FOR_HEAD) == ["authority.role_missing"]


def test_deputies_in_a_chain():
    org = paper({"a": (DIRECTOR,)}, {"a": ("b",), "b": ("c",)})
    found = verdict(org, "c", FOR_DIRECTOR)
    assert isinstance(found, Authority)
    assert (found.on_behalf_of, found.absence_id, set(found.chain)) == ("a", "a>b", {"a", "b"})
    titled = {"role": PLAN.roles["director"].title, "unit": ""}
    assert found.why == Message("authority.deputy", {**titled, "name": "A", "until": UNTIL})
    assert who(org, PLAN, MATTER, FOR_DIRECTOR) == {"c": "a"}, "only the last of the chain is told"
    assert isinstance(verdict(org, "b", FOR_DIRECTOR), Authority), "who looks in while away may still decide"


@pytest.mark.parametrize("away", [
    {"a": ("b",), "b": ("a",)}, {"a": ("b",), "b": ("c",), "c": ("a",)}, {"a": ("b",), "b": ("c",), "c": ("b",)},
])  # fmt: skip
def test_circles_end(away: dict[str, tuple[str, ...]]):
    org = paper({"a": (DIRECTOR,)}, away)
    assert isinstance(verdict(org, "b", FOR_DIRECTOR), Authority)
    assert verdict(org, "d", FOR_DIRECTOR) == ["authority.role_missing"]
    assert who(org, PLAN, MATTER, FOR_DIRECTOR) == {}, "all of them are away: nobody is told, which is an incident"
    assert len(org.paths("b")) < 10


def test_two_deputies_share():
    org = paper({"a": (DIRECTOR,)}, {"a": ("b", "c")})
    assert who(org, PLAN, MATTER, FOR_DIRECTOR) == {"b": "a", "c": "a"}


def test_ones_own_right_comes_before_a_deputys():
    org = paper({"a": (OFFICE,), "b": (OFFICE,)}, {"a": ("b",)})
    found = verdict(org, "b", Asked(("office",), "u"))
    assert isinstance(found, Authority)
    assert found.on_behalf_of is None
    assert who(org, PLAN, MATTER, Asked(("office",), "u")) == {"b": None}


def test_nobody_stands_in_for_somebody_in_conflict():
    org = paper({"a": (DIRECTOR,)}, {"a": ("b",)}, conflicts=("a",))
    assert verdict(org, "b", FOR_DIRECTOR) == ["authority.conflict"]
    assert verdict(org, "a", FOR_DIRECTOR) == ["authority.conflict"]
    assert who(org, PLAN, MATTER, FOR_DIRECTOR) == {}


def test_nobody_stands_in_through_somebody_in_conflict():
    org = paper({"a": (DIRECTOR,)}, {"a": ("b",), "b": ("c",)}, conflicts=("b",))
    assert verdict(org, "c", FOR_DIRECTOR) == ["authority.conflict"]
    assert who(org, PLAN, MATTER, FOR_DIRECTOR) == {}


def test_a_second_way_round_somebody_in_conflict():
    org = paper({"a": (DIRECTOR,)}, {"a": ("b", "c"), "b": ("d",), "c": ("d",)}, conflicts=("b",))
    found = verdict(org, "d", FOR_DIRECTOR)
    assert isinstance(found, Authority)
    assert set(found.chain) == {"a", "c"}
    assert who(org, PLAN, MATTER, FOR_DIRECTOR) == {"d": "a"}


def test_ones_own_case_in_nobodys_place_either():
    org = paper({"a": (DIRECTOR,), "x": (DIRECTOR,)}, {"a": ("x",)})
    assert verdict(org, "x", FOR_DIRECTOR) == ["authority.own_case"]
    assert who(org, PLAN, MATTER, FOR_DIRECTOR) == {}


def test_who_has_left_decides_nothing_and_is_stood_in_for_no_more():
    org = paper({"a": (DIRECTOR,)}, {"a": ("b",)}, gone=("a",))
    assert verdict(org, "a", FOR_DIRECTOR) == ["authority.not_active"]
    assert verdict(org, "b", FOR_DIRECTOR) == ["authority.role_missing"]


def test_who_must_keep_out_is_named_and_who_need_not_is_not():
    org = paper({"a": (DIRECTOR,)}, conflicts=("b",))
    assert excluded(org, MATTER, "x") == Message("authority.own_case", {"name": "X"})
    assert excluded(org, MATTER, "b") == Message("authority.conflict", {"name": "B"})
    assert excluded(org, MATTER, "a") is None
    assert excluded(org, replace(MATTER, subject_id="other"), "b") is None


def test_powers_are_ones_own_first_then_those_of_whom_one_stands_in_for():
    org = paper({"a": (DIRECTOR, HEAD), "b": (OFFICE,)}, {"a": ("b",)})
    assert org.powers("b") == (Power("office", None, None), Power("director", None, "a"), Power("unit_head", "u", "a"))
    assert org.powers("a") == (Power("director", None, None), Power("unit_head", "u", None))
    assert org.powers("c") == ()


# --- who steps in -------------------------------------------------------------------------------------


def test_the_role_that_steps_in():
    org = paper({"b": (DIRECTOR,)})
    found = verdict(org, "b", FOR_HEAD)
    assert isinstance(found, Authority)
    assert found.role == "director"
    assert who(org, PLAN, MATTER, FOR_HEAD) == {"b": None}


@pytest.mark.parametrize("change", [
    {"conflicts": ("a",)}, {"gone": ("a",)}, {"away": {"a": ("c",)}, "conflicts": ("c",)}, {"away": {"a": ("x",)}},
])  # fmt: skip
def test_it_steps_in_when_no_holder_can(change: dict[str, Any]):
    org = paper({"a": (HEAD,), "b": (DIRECTOR,)}, **change)
    assert isinstance(verdict(org, "b", FOR_HEAD), Authority)
    assert who(org, PLAN, MATTER, FOR_HEAD) == {"b": None}


def test_it_does_not_step_in_while_a_holder_or_a_deputy_can():
    org = paper({"a": (HEAD,), "b": (DIRECTOR,)}, {"a": ("c",)})
    assert verdict(org, "b", FOR_HEAD) == ["authority.role_missing"]
    assert who(org, PLAN, MATTER, FOR_HEAD) == {"c": "a"}


def test_a_role_of_units_has_no_holder_where_there_is_no_unit():
    org = paper({"a": (HEAD, Grant("unit_head", None)), "b": (DIRECTOR,)})
    org = replace(org, people={**org.people, "c": replace(org.people["c"], unit_id=None)})
    nowhere = Matter("s", None, (Party("x", "subject"),))
    assert who(org, PLAN, nowhere, Asked(("unit_head",), None)) == {"b": None}
    assert verdict(org, "a", Asked(("unit_head",), None), nowhere) == ["authority.role_missing"]
    assert verdict(org, "c", Asked(("colleague",), None), nowhere) == ["authority.role_missing"]


def test_nobody_at_all():
    assert who(paper({}), PLAN, MATTER, FOR_HEAD) == {}


def test_whom_the_case_itself_names():
    matter = replace(MATTER, parties=(*MATTER.parties, Party("a", "nominator"), Party("m", "mentor")))
    org = paper({}, people="amx")
    assert [matter.holders(relation) for relation in ("nominator", "mentor", "subject")] == [("a",), ("m",), ("x",)]
    assert [holders(org, PLAN.roles[role], matter, "u") for role in ("nominee", "mentor")] == [("x",), ("m",)]
    assert isinstance(verdict(org, "a", Asked(("nominator",), "u"), matter), Authority)


def test_what_one_holds_without_any_role_is_to_be_one_of_all():
    org = paper({"a": (HEAD,)}, gone=("c",))
    of_all = Grant(EVERYONE, "u")
    assert [org.held(one) for one in ("a", "b", "c", "nobody")] == [(HEAD, of_all), (of_all,), (), ()]


def test_who_lacks_a_role_is_told_which_it_takes():
    titles = [PLAN.roles["director"].title, PLAN.roles["office"].title]
    found = may(paper({}), PLAN, MATTER, "e", Asked(("director", "office", "nobody_knows"), "u"))
    assert found == (Message("authority.role_missing", {"roles": titles}),)


# --- four eyes ----------------------------------------------------------------------------------------


def _taken(*taker: str | None) -> Matter:
    return replace(MATTER, takers={"s1.climb": [*taker, 1]})


FOUR_EYES = replace(FOR_DIRECTOR, not_by=("s1.climb",))


def test_four_eyes():
    org = paper({"a": (DIRECTOR,), "b": (DIRECTOR,)})
    assert verdict(org, "a", FOUR_EYES, _taken("a", None)) == ["authority.four_eyes"]
    assert isinstance(verdict(org, "b", FOUR_EYES, _taken("a", None)), Authority)


@pytest.mark.parametrize("taker", [("b", None), ("a", None), ("b", "a"), ("d", "a"), ("b", "d")])
def test_four_eyes_through_a_deputy(taker: tuple[str, str | None]):
    """Neither oneself nor the one stood in for may have acted before, in person or by a deputy."""
    org = paper({"a": (DIRECTOR,)}, {"a": ("b",)})
    assert verdict(org, "b", FOUR_EYES, _taken(*taker)) == ["authority.four_eyes"]


def test_four_eyes_and_a_second_authority():
    """Barred in one's absent colleague's place, one may still act in one's own."""
    org = paper({"a": (DIRECTOR,), "b": (DIRECTOR,)}, {"a": ("b",)})
    found = verdict(org, "b", FOUR_EYES, _taken("a", None))
    assert isinstance(found, Authority)
    assert found.on_behalf_of is None


@pytest.mark.parametrize("taker,away", [
    (("a", None), {}), (("b", None), {}), (("d", "a"), {}), (("a", None), {"b": ("c",)}), (("c", None), {"b": ("c",)}),
])  # fmt: skip
def test_four_eyes_through_a_hand_over(taker: tuple[str, str | None], away: dict[str, tuple[str, ...]]):
    """Who acts in the place of who handed it over is bound as they are; so is who stands in for that one."""
    org = paper({"a": (DIRECTOR,)}, away)
    asked = replace(FOUR_EYES, moved_to={"b": "a"})
    assert verdict(org, "c" if away else "b", asked, _taken(*taker)) == ["authority.four_eyes"]


# --- handed over --------------------------------------------------------------------------------------


def test_a_handed_over_item():
    org = paper({"a": (DIRECTOR,)})
    asked = replace(FOR_DIRECTOR, moved_to={"b": "a"})
    found = verdict(org, "b", asked)
    assert isinstance(found, Authority)
    assert (found.role, found.unit_id, found.on_behalf_of) == ("", "u", "a")
    assert found.why == Message("authority.moved", {"name": "A"})
    assert who(org, PLAN, MATTER, asked) == {"a": None, "b": None}


def test_who_is_asked_by_name_was_handed_nothing():
    org = paper({}, {"b": ("c",)})
    asked = Asked((), None, {"b": None})
    assert verdict(org, "b", asked).why == Message("authority.asked")
    found = verdict(org, "c", asked)
    assert (found.on_behalf_of, found.why.key, found.why.params["name"]) == ("b", "authority.asked_deputy", "B")
    assert verdict(org, "a", asked) == ["authority.role_missing"]


@pytest.mark.parametrize("change", [{"gone": ("a",)}, {"conflicts": ("a",)}, {"conflicts": ("b",)}, {"gone": ("b",)}])
def test_a_hand_over_ends_with_who_handed_it_over(change: dict[str, Any]):
    org = paper({"a": (DIRECTOR,)}, **change)
    asked = replace(FOR_DIRECTOR, moved_to={"b": "a"})
    assert not isinstance(verdict(org, "b", asked), Authority)
    assert "b" not in who(org, PLAN, MATTER, asked)


def test_a_hand_over_ends_with_the_role():
    asked = replace(FOR_DIRECTOR, moved_to={"b": "a", "c": "b"})
    assert isinstance(verdict(paper({"a": (DIRECTOR,)}), "c", asked), Authority), "handed on, in a row"
    assert verdict(paper({}), "b", asked) == ["authority.role_missing"]
    assert verdict(paper({}), "c", asked) == ["authority.role_missing"]


def test_a_deputy_hands_it_over_in_anothers_place():
    org = paper({"a": (DIRECTOR,)}, {"a": ("b",)})
    found = verdict(org, "c", replace(FOR_DIRECTOR, moved_to={"c": "b"}))
    assert isinstance(found, Authority)
    assert (found.on_behalf_of, found.chain) == ("b", ("b", "a"))


def test_two_who_hand_it_to_each_other_give_nobody_a_right():
    asked = replace(FOR_DIRECTOR, moved_to={"b": "c", "c": "b"})
    assert verdict(paper({}), "b", asked) == ["authority.role_missing"]


# --- the property -------------------------------------------------------------------------------------

LETTERS = "abcdef"
ROLES = [DIRECTOR, OFFICE, HEAD, Grant("clerk", None), Grant("unit_head", "v")]
letters = st.sampled_from(LETTERS)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Organisation, Matter, Asked]:
    """Any grants, absences, conflicts, parties, takers and hand-overs among six people."""
    org = paper(
        draw(st.dictionaries(letters, st.lists(st.sampled_from(ROLES), max_size=2).map(tuple))),
        draw(st.dictionaries(letters, st.lists(letters, max_size=2, unique=True).map(tuple))),
        tuple(draw(st.sets(letters, max_size=2))), tuple(draw(st.sets(letters, max_size=1))), LETTERS,
    )  # fmt: skip
    relations = st.sampled_from(["subject", "member", "nominator", "mentor"])
    parties = draw(st.lists(st.builds(Party, letters, relations), max_size=3))
    takers = {"s1.climb": [draw(letters), draw(st.none() | letters), 1]} if draw(st.booleans()) else {}
    roles = draw(st.lists(st.sampled_from(["director", "office", "unit_head", "clerk", "mentor"]), max_size=2))
    moved = draw(st.dictionaries(letters, st.none() | letters, max_size=2))
    return org, Matter("s", "u", tuple(parties), takers), Asked(tuple(roles), "u", moved, ("s1.climb",))


@settings(max_examples=800)
@given(situations())
def test_nobody_barred_ever_gets_an_authority_and_whoever_is_told_may_answer(
    situation: tuple[Organisation, Matter, Asked],
):
    org, matter, asked = situation
    barred = {p.person_id for p in matter.parties if p.relation in EXCLUDED} | {p for p, _ in org.conflicts}
    taken = {p for p in (matter.takers.get("s1.climb") or [None])[:2] if p}
    for person_id in LETTERS:
        found = may(org, PLAN, matter, person_id, asked)
        if isinstance(found, Authority):
            behind = {person_id, *found.chain} | ({found.on_behalf_of} - {None})
            assert not behind & barred, "neither oneself nor anybody it rests on"
            assert all(org.active(someone) for someone in behind)
            assert not {person_id, found.on_behalf_of} & taken, "four eyes"
        else:
            assert found, "a refusal says why"
    free = replace(asked, not_by=())
    for person_id in who(org, PLAN, matter, free):
        assert isinstance(may(org, PLAN, matter, person_id, free), Authority), person_id


# --- with real rows -----------------------------------------------------------------------------------


def organisation(cast: Cast) -> Organisation:
    """Today's."""
    with cast.app.database.read() as connection:
        return load_organisation(connection, cast.agency_id, local_date(cast.now()))


def refused_keys(cast: Cast, who_: str, case_id: str, action: str) -> list[str]:
    """Why somebody may not, as the page says; acting says the same."""
    option = next(o for o in cast.app.engine.view(cast.actor(who_), case_id).options if o.name == action)
    if option.refusals:
        with pytest.raises(Refused) as raised:
            do(cast, who_, case_id, action)
        assert raised.value.reasons == option.refusals
    return [reason.key for reason in option.refusals]


def test_an_absence_holds_from_its_first_to_its_last_day(cast: Cast):
    cast.absent("director", "deputy", date(2025, 3, 4), date(2025, 3, 5))
    asked = Asked(("director",), None)
    for day, told in (("2025-03-03", "director"), ("2025-03-04", "deputy"), ("2025-03-05", "deputy"),
                      ("2025-03-06", "director")):  # fmt: skip
        cast.at(day)
        assert set(who(organisation(cast), PLAN, Matter("s", None), asked)) == {cast.people[told]}, day


def test_an_absence_ended_early_ends_the_deputys_right_at_once(cast: Cast):
    case_id = case_at(cast, "director_decision")
    absence_id = cast.absent("director", "deputy", date(2025, 3, 3), date(2025, 3, 31))
    assert refused_keys(cast, "deputy", case_id, "refuse") == []
    with cast.app.database.write() as connection:
        end_absence(connection, cast.agency_id, absence_id, last_day=date(2025, 3, 2))
    assert refused_keys(cast, "deputy", case_id, "refuse") == ["authority.role_missing"]


def test_what_a_deputy_did_says_in_whose_place(cast: Cast):
    case_id = case_at(cast, "director_decision")
    absence_id = cast.absent("director", "deputy", date(2025, 3, 3), date(2025, 3, 31))
    do(cast, "deputy", case_id, "refuse")
    last = cast.app.engine.view(cast.actor("office"), case_id).history[-1]
    assert (last.actor, last.on_behalf_of) == ("Deputy Nguyễn", "Director Nguyễn")
    with cast.app.database.read() as connection:
        body = connection.scalar(sa.text("SELECT body FROM event ORDER BY seq DESC LIMIT 1"))
    assert absence_id in str(body)


def test_four_eyes_in_the_shipped_plan(cast: Cast):
    """The head climbed in person; standing in for the Director that same head may not recognise."""
    case_id = case_at(cast, "director_decision")
    cast.absent("director", "head", date(2025, 3, 3), date(2025, 3, 31))
    assert refused_keys(cast, "head", case_id, "recognize") == ["authority.four_eyes"]
    assert refused_keys(cast, "head", case_id, "refuse") == []


def test_a_declared_conflict_and_its_withdrawal(cast: Cast):
    case_id = case_at(cast, "office_check")
    subject = cast.row(case_id).subject_id
    with cast.app.database.write() as connection:
        ident = declare_conflict(
            connection, cast.agency_id, person_id=cast.people["office"], subject_id=subject, kind="kin"
        )
    assert refused_keys(cast, "office", case_id, "refuse") == ["authority.conflict"]
    assert refused_keys(cast, "office2", case_id, "refuse") == []
    with cast.app.database.write() as connection:
        withdraw_conflict(connection, cast.agency_id, ident)
    assert refused_keys(cast, "office", case_id, "refuse") == []


def test_the_head_of_a_nominated_unit_may_decide_where_the_plan_says_so(cast: Cast):
    """`own_case: members_may_decide`: nobody could appraise a phòng otherwise."""
    database = cast.app.database
    with database.write() as connection:
        subject = enrol_unit(connection, cast.agency_id, cast.units["cntt"], new_id=database.new_id)
    receipt = cast.app.engine.start(
        cast.actor("outsider"), process="nominee", action="nominate", subject_type="subject", subject_id=subject,
        inputs={"life_field": cast.first_choice("nominee", "life_field"), "evidence": [cast.upload("outsider")],
                "merit": "Phòng số hóa toàn bộ hồ sơ lưu trữ"},
    )  # fmt: skip
    assert refused_keys(cast, "head", receipt.case_id, "take_up") == []


def test_the_head_nominated_in_person_may_not_and_the_director_steps_in(cast: Cast):
    case_id = cast.nominate(who="head")
    assert refused_keys(cast, "head", case_id, "take_up") == ["authority.own_case"]
    assert refused_keys(cast, "director", case_id, "take_up") == []
    (item,) = cast.open_items(case_id)
    assert item.id in in_inbox(cast, "director")
    assert item.id not in in_inbox(cast, "head")


def test_a_handed_over_item_lasts_while_the_role_does(cast: Cast):
    case_id = case_at(cast, "office_check")
    (item,) = cast.open_items(case_id)
    cast.app.engine.reassign(cast.actor("office"), item.id, cast.people["press"], "Bận họp đột xuất", item.version)
    assert item.id in in_inbox(cast, "press")
    assert refused_keys(cast, "press", case_id, "refuse") == []
    of_office = (role_grant.c.person_id == cast.people["office"]) & (role_grant.c.role == "office")
    with cast.app.database.write() as connection:
        ident = connection.scalars(sa.select(role_grant.c.id).where(of_office)).one()
        revoke_role(connection, cast.agency_id, ident, last_day=BEGIN - timedelta(days=1))
    assert refused_keys(cast, "press", case_id, "refuse") == ["authority.role_missing"]


def test_an_item_cannot_be_handed_to_whom_the_case_is_about(cast: Cast):
    case_id = case_at(cast, "office_check")
    (item,) = cast.open_items(case_id)
    with pytest.raises(Refused) as raised:
        cast.app.engine.reassign(
            cast.actor("office"), item.id, cast.people["candidate"], "Bận họp đột xuất", item.version
        )
    assert [reason.key for reason in raised.value.reasons] == ["authority.own_case"]


def test_an_owner_added_by_an_escalation_may_answer(cast: Cast):
    case_id = cast.nominate()
    assert refused_keys(cast, "office", case_id, "take_up") == ["authority.role_missing"]
    cast.at("2025-03-18T08:00:01")
    cast.run_due()
    assert refused_keys(cast, "office", case_id, "take_up") == []
    assert refused_keys(cast, "head", case_id, "take_up") == [], "the owner keeps it"


def test_an_organisation_is_read_anew_only_when_it_changed(cast: Cast):
    first = organisation(cast)
    assert organisation(cast) is first
    with cast.app.database.write() as connection:
        touched(connection, cast.agency_id, [cast.people["office"]])
    second = organisation(cast)
    assert second is not first
    cast.at("2025-03-04")
    assert organisation(cast) is not second, "another day, other rights"


def test_who_left_yesterday(cast: Cast):
    case_id = case_at(cast, "office_check")
    with cast.app.database.write() as connection:
        connection.execute(
            sa.update(person).where(person.c.id == cast.people["office"]).values(ends_on=date(2025, 3, 2))
        )
        touched(connection, cast.agency_id, [cast.people["office"]])
        assert connection.scalar(sa.select(sa.func.count()).select_from(absence)) == 0
    with pytest.raises(Refused) as raised:
        do(cast, "office", case_id, "refuse")
    assert [reason.key for reason in raised.value.reasons] in (["authority.not_active"], ["error.not_found"])


def test_an_agency_is_read_as_it_is_and_nobody_of_another(sqlite_databases: SqliteDatabases):
    with telling(sqlite_databases) as tell:
        world = tell(
            Process((Place("w0", "office", acts=(Act("go", (("done", ""),)),)), Place("done", end=True)))
        ).world
        with world.app.database.write() as connection:
            other = add_agency(connection, code="other", name="Sở khác")
            stranger = add_person(connection, other, code="la", name="Người lạ", starts_on=BEGIN)
            grant_role(connection, other, person_id=stranger, role="office", starts_on=BEGIN)
        with world.app.database.read() as connection:
            versions = dict(connection.execute(sa.select(agency.c.id, agency.c.organisation_version)).all())
            mine, theirs = (load_organisation(connection, one, TODAY) for one in (world.agency_id, other))
    assert (mine.version, theirs.version) == (versions[world.agency_id], versions[other])
    assert set(theirs.people) == set(theirs.grants) == {stranger}
    assert mine.today == theirs.today == TODAY
    assert set(mine.people) == set(world.ids.values())
    assert set(mine.grants) < set(mine.people)
