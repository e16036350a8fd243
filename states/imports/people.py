"""The list of people: a new code adds one, a known code changes them; a login makes or links a sign-in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.imports.codes import Codes
from states.imports.days import in_order, old_enough
from states.imports.table import Column, Known, Line, Sorting
from states.imports.tally import Tally, told
from states.imports.units import known_units
from workflow.becoming import became, last
from workflow.clock import business_now, local_date
from workflow.folding import fold
from workflow.organisation import account, person
from workflow.organisation_changes import add_account, add_person, change_person, rename_account

SHEET = "Người"

COLUMNS = (
    Column("code", "Mã người", required=True, also=("Mã", "Mã cán bộ", "Mã CBCCVC"), longest=64, hint="CB001"),
    Column("name", "Họ và tên", required=True, also=("Họ tên",), hint="Nguyễn Thị Hạnh"),
    Column("unit", "Đơn vị", also=("Phòng", "Mã đơn vị"), longest=300, hint="BCVT"),
    Column("post", "Chức vụ", also=("Chức danh",), hint="Chuyên viên"),
    Column("gender", "Giới tính", hint="nữ"),
    Column("born_on", "Ngày sinh", kind="date", hint="17/08/1988"),
    Column("email", "Thư điện tử", also=("Email", "E-mail"), longest=254, hint="hanh.nt@sotttt.example"),
    Column("login", "Tên đăng nhập", longest=120, hint="hanh.nt"),
    Column("starts_on", "Từ ngày", kind="date", hint="03/04/2023"),
    Column("ends_on", "Đến ngày", kind="date"),
)

GENDERS = {"nam": "male", "nu": "female", "male": "male", "female": "female"}
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,60}")


def written(name: str, code: str) -> str:
    """How a person is written where a name alone may be several people's, and read again."""
    return f"{name} ({code})"


def known_people(connection: sa.Connection, agency_id: str, rejected: Iterable[str] = ()) -> Known:
    """People as other lists may name them: by code, by login, by a name that only one has, or as pages write them."""
    rows = connection.execute(
        sa.select(person.c.id, person.c.code, person.c.name, account.c.login)
        .outerjoin(account, account.c.id == person.c.account_id)
        .where(person.c.agency_id == agency_id, person.c.erased_at.is_(None))
    )
    now = joined(connection, agency_id)
    names = (
        (now.get(row.id, row.id), (row.code, row.name, row.login or "", written(row.name, row.code)))
        for row in sorted(rows, key=lambda row: row.id not in now)  # a name of today is the last
    )
    return Known(names, rejected=rejected)


def joined(connection: sa.Connection, agency_id: str) -> dict[str, str]:
    """Who turned out to be somebody else → that one, the last of several."""
    _, steps = became(connection, agency_id)
    return {gone: last(steps, gone) for gone in steps}


def apply(
    connection: sa.Connection, agency_id: str, lines: Sequence[Line], sorting: Sorting, day: date,
    rejected: Collection[str] = (),
) -> Tally:  # fmt: skip
    """Write what can be written, from `day` on; the caller rolls back when there are problems."""
    tally = Tally()
    today = local_date(business_now(connection))
    units = known_units(connection, agency_id, rejected)
    stored = {
        row["code"]: row
        for row in connection.execute(sa.select(person).where(person.c.agency_id == agency_id)).mappings()
    }
    owners = {row["account_id"]: row["code"] for row in stored.values() if row["account_id"]}
    codes, of_id = Codes(stored), {row["id"]: row["code"] for row in stored.values()}
    gone = {of_id[one]: of_id[now] for one, now in joined(connection, agency_id).items() if now in of_id}
    for line in lines:
        before = len(sorting.problems)
        values = _checked(line, sorting, units)
        code = values.pop("code", None)
        known = stored.get(code)
        if code:
            codes.take(line, sorting, code)
        if code in gone:
            sorting.complain(line, "code", "joined", value=code, known=gone[code])
        in_order(line, sorting, known, day)
        old_enough(line, sorting, today)
        if not code or not values.get("name") or len(sorting.problems) > before:
            tally.reject(line)
            continue
        own = known["account_id"] if known else None
        is_renamed = _link_account(connection, agency_id, line, sorting, values, own, owners)
        if len(sorting.problems) > before:
            tally.reject(line)
            continue
        changes = _told(line, sorting, known, values, units)
        outcome = _one(connection, agency_id, code, values, known, day)
        tally.count("changed" if is_renamed and outcome == "same" else outcome, line, changes)
    return tally


def _told(
    line: Line, sorting: Sorting, known: Any, values: dict[str, Any], units: Known
) -> dict[str, tuple[Any, Any]]:  # fmt: skip
    """What a line changes of a person; units by their names, sign-ins as written."""
    if known is None:
        return {}
    stored = {name: value for name, value in values.items() if name in known}
    stored = {name: "" if value is None and known[name] == "" else value for name, value in stored.items()}
    if stored.get("starts_on") is None:
        stored.pop("starts_on", None)
    changes = told(sorting.columns, known, stored)
    if "unit_id" in values and values["unit_id"] != known["unit_id"]:
        changes[sorting.columns["unit"].heading] = (units.name_of(known["unit_id"]), line.values.get("unit") or "")
    return changes


def _checked(line: Line, sorting: Sorting, units: Known) -> dict[str, Any]:
    values = dict(line.values)
    if "unit" in values:
        values.pop("unit")
        values["unit_id"] = sorting.find(line, "unit", units)
    if values.get("gender"):
        values["gender"] = GENDERS.get(fold(values["gender"]), "")
        if not values["gender"]:
            sorting.complain(line, "gender", "gender", value=line.values["gender"])
    if values.get("email") and not _EMAIL.fullmatch(values["email"]):
        sorting.complain(line, "email", "email", value=values["email"])
    if values.get("login"):
        values["login"] = values["login"].lower()
        if not _LOGIN.fullmatch(values["login"]):
            sorting.complain(line, "login", "login", value=values["login"])
    return values


def _link_account(
    connection: sa.Connection, agency_id: str, line: Line, sorting: Sorting, values: dict[str, Any],
    own: str | None, owners: dict[str, str],
) -> bool:  # fmt: skip
    """A sign-in belongs to one person of an agency, who keeps it under a new name: whether it got one."""
    login, code = values.pop("login", None), str(line.values["code"])
    if not login:
        return False
    known = connection.scalar(sa.select(account.c.id).where(account.c.login == login))
    if known and owners.get(known, code) != code:
        sorting.complain(line, "login", "login_taken", value=login, code=owners[known])
        return False
    if own and known != own:
        return _rename(connection, agency_id, line, sorting, (own, login, bool(known)))
    account_id = known or add_account(connection, login=login, email=values.get("email") or "")
    owners[account_id] = code
    values["account_id"] = account_id
    return False


def _rename(
    connection: sa.Connection, agency_id: str, line: Line, sorting: Sorting, what: tuple[str, str, bool]
) -> bool:
    own, login, taken = what
    elsewhere = sa.select(person.c.id).where(person.c.account_id == own, person.c.agency_id != agency_id)
    old = connection.scalar(sa.select(account.c.login).where(account.c.id == own))
    if taken:
        sorting.complain(line, "login", "login_in_use", value=login, login=old)
    elif connection.scalar(elsewhere.limit(1)):
        sorting.complain(line, "login", "login_elsewhere", login=old)
    else:
        rename_account(connection, own, login)
        return True
    return False


def _one(connection: sa.Connection, agency_id: str, code: str, values: dict[str, Any], known: Any, day: date) -> str:
    texts = ("post", "gender", "email")
    values = {name: "" if value is None and name in texts else value for name, value in values.items()}
    if values.get("starts_on") is None:
        values.pop("starts_on", None)
    if known is None:
        values.setdefault("starts_on", day)
        add_person(connection, agency_id, code=code, **values)
        return "added"
    changed = {name: value for name, value in values.items() if known[name] != value}
    if changed:
        change_person(connection, agency_id, known["id"], changed)
    return "changed" if changed else "same"
