"""Forgetting a person: names, words and papers go; what was decided, when and by which rule stays provable."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from states import corrections, exports
from states.accounts import model as accounts
from states.amendments import model as amendments
from states.comments import saying
from states.complaints import complainants
from states.criteria.model import score_sheet
from states.desk import writing as desk
from states.documents.model import document, document_version
from states.endorsements.model import endorsement
from states.honours import consent as honours
from states.notices import log
from states.sealed import Envelope
from states.subjects.model import subject
from states.subjects.records import erase_records
from workflow import refusals, runs, seal
from workflow.case import ask, case, case_field
from workflow.clock import business_now, local_date
from workflow.files import file
from workflow.folding import fold
from workflow.history import erase_inputs
from workflow.message import Message, NotFound, Refused
from workflow.organisation import absence, account, conflict, person, twin
from workflow.organisation_changes import change_person
from workflow.outbox import delivery, outbox

ERASED = "Người đã xóa"
ERASED_CASE = "Hồ sơ đã xóa tên"


def erase_person(connection: sa.Connection, envelope: Envelope, agency_id: str, person_id: str) -> None:
    """Forget a member of the staff, as a subject too. Refused while a case about them is open."""
    row = connection.execute(
        sa.select(person).where(person.c.agency_id == agency_id, person.c.id == person_id)
    ).one_or_none()
    if row is None:
        raise NotFound("person")
    subjects = connection.scalars(
        sa.select(subject.c.id).where(subject.c.agency_id == agency_id, subject.c.person_id == person_id)
    ).all()
    for subject_id in subjects:
        erase_subject(connection, agency_id, subject_id)
    for joined in _joined_with(connection, agency_id, "person", person_id):
        erase_person(connection, envelope, agency_id, joined)
    now = business_now(connection)
    left = row.ends_on or local_date(now)
    gone = {
        "name": ERASED, "email": "", "post": "", "gender": "", "born_on": None, "account_id": None,
        "code": person_id, "erased_at": now, "ends_on": min(left, local_date(now)),
    }  # fmt: skip
    change_person(connection, agency_id, person_id, gone)
    for account_id in (row.account_id, *_accounts_of_joined(connection, agency_id, person_id)):
        _forget_account(connection, account_id)
    _forget_words(connection, agency_id, person_id)
    amendments.erase(connection, agency_id, person_id)
    corrections.erase(connection, agency_id, person_id)
    runs.forget(connection, agency_id, (row.name, row.code, person_id))
    exports.forget(connection, agency_id, (row.name, row.code, person_id))
    refusals.erase(connection, agency_id, person_id, (row.name,))
    saying.erase_signer(connection, envelope, agency_id, person_id)


def erase_subject(connection: sa.Connection, agency_id: str, subject_id: str) -> None:
    """Forget a subject and what was handed in about them; its recognitions stay as numbers and dates."""
    known = sa.select(subject.c.name).where(subject.c.agency_id == agency_id, subject.c.id == subject_id)
    name = connection.scalar(known) or ""
    about = sa.select(case.c.id, case.c.code, case.c.ended_at).where(
        case.c.agency_id == agency_id, case.c.subject_id == subject_id
    )
    cases = connection.execute(about.order_by(case.c.code)).all()
    still_open = [row.code for row in cases if row.ended_at is None]
    if still_open:
        raise Refused(Message("erasure.open_case", {"codes": still_open}))
    connection.execute(
        sa.update(subject)
        .where(subject.c.agency_id == agency_id, subject.c.id == subject_id)
        .values(name=ERASED, folded=fold(ERASED), born_on=None, gender="", note="", erased_at=business_now(connection))
    )
    for joined in _joined_with(connection, agency_id, "subject", subject_id):
        erase_subject(connection, agency_id, joined)
    erase_records(connection, agency_id, subject_id)
    honours.erase(connection, agency_id, subject_id)
    runs.forget(connection, agency_id, (name, subject_id))
    exports.forget(connection, agency_id, (name, subject_id))
    refusals.erase(connection, agency_id, subject_id, (name,))
    _forget_cases(connection, agency_id, [row.id for row in cases])


def _accounts_of_joined(connection: sa.Connection, agency_id: str, person_id: str) -> list[str]:
    """Sign-ins that those had who turned out to be this person: shut since, they still bear a name."""
    mine = (twin.c.agency_id == agency_id) & (twin.c.noun == "person") & (twin.c.into_id == person_id)
    was = (moved.get("was", {}).get("account_id") for moved in connection.scalars(sa.select(twin.c.moved).where(mine)))
    return [account_id for account_id in was if account_id]


def _joined_with(connection: sa.Connection, agency_id: str, noun: str, ident: str) -> Sequence[str]:
    """Who turned out to be this one is forgotten with them; of why that was known nothing is left."""
    mine = (twin.c.agency_id == agency_id) & (twin.c.noun == noun)
    ours = mine & ((twin.c.into_id == ident) | (twin.c.gone_id == ident))
    connection.execute(sa.update(twin).where(ours).values(reason="", parted_why=""))
    joined = sa.select(twin.c.gone_id).where(mine, twin.c.into_id == ident, twin.c.parted_at.is_(None))
    return connection.scalars(joined).all()


def _forget_cases(connection: sa.Connection, agency_id: str, case_ids: Sequence[str]) -> None:
    erase_inputs(connection, case_ids=case_ids)
    connection.execute(sa.delete(case_field).where(case_field.c.case_id.in_(case_ids)))
    _forget_papers(connection, agency_id, case_ids)
    connection.execute(sa.update(endorsement).where(endorsement.c.case_id.in_(case_ids)).values(words=""))
    connection.execute(sa.update(ask).where(ask.c.case_id.in_(case_ids)).values(answer=None))
    connection.execute(sa.update(score_sheet).where(score_sheet.c.case_id.in_(case_ids)).values(words="", key=""))
    log.erase(connection, agency_id, case_ids)
    desk.erase(connection, agency_id, case_ids)
    complainants.erase(connection, agency_id, case_ids)
    saying.erase(connection, agency_id, case_ids)
    connection.execute(sa.update(outbox).where(outbox.c.case_id.in_(case_ids)).values(payload={}))
    connection.execute(
        sa.update(case).where(case.c.id.in_(case_ids)).values(label=ERASED_CASE, folded=fold(ERASED_CASE))
    )


def papers_kept(connection: sa.Connection, agency_id: str, case_ids: Sequence[str]) -> list[sa.RowMapping]:
    """What erasing these cases leaves: papers that have a number of a register, by title and number.

    They are the agency's records: a register that misses a number proves nothing, and how long they are kept is the
    archive's to say. Drafts, what was handed in and what has no number goes.
    """
    chosen = sa.select(document.c.id, document.c.title, document.c.symbol, document.c.typed_number, document.c.dated_on)
    mine = (document.c.agency_id == agency_id) & document.c.case_id.in_(case_ids)
    return list(connection.execute(chosen.where(mine, _NUMBERED).order_by(document.c.ordered_at)).mappings())


_NUMBERED = sa.or_(document.c.number_id.is_not(None), document.c.typed_number != "")
_FILES = (document_version.c.word_id, document_version.c.pdf_id, document_version.c.sheet_id)


def _forget_papers(connection: sa.Connection, agency_id: str, case_ids: Sequence[str]) -> None:
    kept = [row["id"] for row in papers_kept(connection, agency_id, case_ids)]
    files = {one for row in connection.execute(sa.select(*_FILES).where(document_version.c.document_id.in_(kept)))
             for one in row if one}  # fmt: skip
    mine = (document.c.agency_id == agency_id) & document.c.case_id.in_(case_ids) & document.c.id.not_in(kept)
    gone = sa.select(document.c.id).where(mine)
    connection.execute(sa.delete(document_version).where(document_version.c.document_id.in_(gone)))
    connection.execute(sa.update(document).where(mine).values(status="superseded", error=""))
    handed_in = file.c.case_id.in_(case_ids) & file.c.id.not_in(files)
    connection.execute(sa.delete(file).where(handed_in))  # the sweep takes the bytes


def _forget_account(connection: sa.Connection, account_id: str | None) -> None:
    """A sign-in that no other agency's person uses loses its name and its password."""
    used = sa.select(person.c.id).where(person.c.account_id == account_id)
    if account_id is None or connection.scalar(used) is not None:
        return
    values = {"login": account_id, "email": "", "password_hash": "", "disabled_at": business_now(connection)}
    connection.execute(sa.update(account).where(account.c.id == account_id).values(values))
    accounts.erase(connection, account_id)


def _forget_words(connection: sa.Connection, agency_id: str, person_id: str) -> None:
    given = (score_sheet.c.agency_id == agency_id) & (score_sheet.c.scorer_id == person_id)
    connection.execute(sa.update(score_sheet).where(given).values(words="", key=""))
    for table, column in ((endorsement, "words"), (absence, "reason"), (conflict, "note")):
        mine = (table.c.agency_id == agency_id) & (table.c.person_id == person_id)
        connection.execute(sa.update(table).where(mine).values({column: ""}))
    mine = (delivery.c.agency_id == agency_id) & (delivery.c.person_id == person_id)
    connection.execute(sa.update(delivery).where(mine).values(detail={"erased": True}))
    seal.forget(connection, mine)
