"""What plans nobody has seen may ask: no level at all, kinds that stop early, yearly windows, days still to be set."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from states.quotas.limits import period_of
from states.subjects.enrol import enrol_person
from tests.plans.test_authoring import Example, laid_over
from tests.plans.walking import settled_in
from workflow.cadences import days_between, parse_point
from workflow.deadline_grammar import DeadlineSyntaxError, Misread, read_window
from workflow.loading import LoadedPlan
from workflow.message import Refused


def over(tmp_path: Path, **files: str) -> LoadedPlan:
    return laid_over(tmp_path, Example("", {f"{name}.yaml": text for name, text in files.items()}))


@pytest.mark.parametrize(
    ("text", "today", "first", "last"),
    [
        ("29/1/2024..2/2/2024", date(2030, 1, 1), date(2024, 1, 29), date(2024, 2, 2)),
        ("1/10..15/12", date(2026, 5, 1), date(2026, 10, 1), date(2026, 12, 15)),
        ("1/10..15/12", date(2026, 12, 15), date(2026, 10, 1), date(2026, 12, 15)),
        ("1/10..15/12", date(2026, 12, 16), date(2027, 10, 1), date(2027, 12, 15)),
        ("20/12..15/1", date(2027, 1, 15), date(2026, 12, 20), date(2027, 1, 15)),
        ("20/12..15/1", date(2027, 1, 16), date(2027, 12, 20), date(2028, 1, 15)),
        ("20/12..15/1", date(2026, 12, 31), date(2026, 12, 20), date(2027, 1, 15)),
        ("1/2..29/2", date(2027, 2, 3), date(2027, 2, 1), date(2027, 2, 28)),
        ("5/5..5/5", date(2026, 5, 5), date(2026, 5, 5), date(2026, 5, 5)),
    ],
)
def test_a_window_comes_back_each_year(text: str, today: date, first: date, last: date) -> None:
    window = read_window(text, today)
    assert (window.first, window.last) == (first, last)


@pytest.mark.parametrize("text", ["1/13..2/2", "29/1/2024..2/2", "2/2/2024..29/1/2024", "mai..mốt"])
def test_a_window_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Misread):
        read_window(text, date(2026, 1, 1))


def test_outside_its_window_an_action_says_when(tmp_path: Path, sqlite_databases: Any) -> None:
    over(tmp_path, dien_hinh="start:\n  gioi_thieu: {window: 1/10..15/12}\n")
    (tmp_path / "vi-du" / "organisation.yaml").write_text(
        (tmp_path / "goc" / "organisation.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    with sqlite_databases.fresh() as url:
        cast, _ = settled_in(tmp_path / "vi-du", Settings(database_url=url, strict_texts=True), "2026-05-04")
        with cast.app.database.write() as connection:
            subject = enrol_person(connection, cast.agency_id, cast.people["N6"])

        def begin() -> str:
            return cast.app.engine.start(
                cast.actor("N4"), process="dien_hinh", action="gioi_thieu", subject_type="subject", subject_id=subject,
                inputs={"thanh_tich": "Rút ngắn nửa thời gian", "minh_chung": [cast.upload("N4")]},
            ).code  # fmt: skip

        with pytest.raises(Refused) as refused:
            begin()
        (reason,) = refused.value.reasons
        assert (reason.key, reason.params) == (
            "action.window",
            {"first": date(2026, 10, 1), "last": date(2026, 12, 15)},
        )
        cast.at("2026-10-01")
        assert begin().startswith("DH-2026-")
        cast.app.dispose()


def test_a_date_may_hang_on_a_day_that_is_still_to_be_set(tmp_path: Path) -> None:
    text = "values: {{ngay_hop: {}}}\ncadences:\n  hop: {{start: tong_ket, at: 60 days before $ngay_hop}}\n"
    unset = over(tmp_path / "a", plan=text.format("unknown")).plan.cadences["hop"]
    assert list(days_between(unset.every, unset.at, (date(2026, 1, 1), date(2030, 12, 31)))) == []
    known = over(tmp_path / "b", plan=text.format("26/12/2030")).plan.cadences["hop"]
    assert list(days_between(known.every, known.at, (date(2026, 1, 1), date(2030, 12, 31)))) == [date(2030, 10, 27)]
    assert parse_point(known.every, known.at).every == "year", "the year it lies in is its period, so it comes once"
    with pytest.raises(DeadlineSyntaxError):
        parse_point(None, "60 days before 26/13/2030")
    with pytest.raises(DeadlineSyntaxError):
        parse_point(None, "60 days before 26/12")


def test_a_plan_may_have_no_level_at_all(tmp_path: Path) -> None:
    """Sub-plans that only watch and tell recognise nobody; then nothing may be recorded as a recognition."""
    states = (
        "\n".join(
            f"  {name}: {{level: ~, actions: {{{action}: {{do: ~}}}}}}" if action else f"  {name}: {{level: ~}}"
            for name, action in (
                ("giu_cap_phong", ""),
                ("giu_cap_so", ""),
                ("xet_cap_phong", "cong_nhan"),
                ("quyet_cap_so", "cong_nhan"),
            )
        )
        .replace("  xet_cap_phong: {level: ~, ", "  xet_cap_phong: {")
        .replace("  quyet_cap_so: {level: ~, ", "  quyet_cap_so: {")
    )
    loaded = over(tmp_path, plan="levels: []\n", dien_hinh=f"states:\n{states}\n")
    assert loaded.plan.levels == {}
    assert {state.level for state in loaded.definitions["dien_hinh"].states.values()} == {None, "none"}


def test_a_kind_may_stop_below_the_top(tmp_path: Path) -> None:
    loaded = over(
        tmp_path, plan="kinds:\n  mo_hinh: {title: Mô hình}\n",
        dien_hinh="subject: [person, mo_hinh]\n"
                  "states: {giu_cap_phong: {actions: {de_nghi_len: {if: kind is not mo_hinh}}}}\n",
    )  # fmt: skip
    (term,) = loaded.definitions["dien_hinh"].states["giu_cap_phong"].actions["de_nghi_len"].conditions
    assert (term.name, term.values, term.negated) == ("kind", ("mo_hinh",), True)


def test_a_quota_may_count_by_school_years(tmp_path: Path) -> None:
    plan = over(tmp_path, plan="quotas: {moi_don_vi: {in: school_year}}\n").plan
    quota = plan.quotas["moi_don_vi"]
    assert [period_of(plan, quota, day) for day in (date(2026, 8, 31), date(2026, 9, 1))] == ["2025-2026", "2026-2027"]


def test_what_no_definition_uses_leaves_no_trace_in_its_form(tmp_path: Path) -> None:
    """A definition that says nothing of the new words keeps the hash it always had."""
    assert '"units"' not in over(tmp_path).definitions["tong_ket"].canonical()
