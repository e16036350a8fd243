"""What came of long work reaches who asked by mail: once, with its page, with the rows that were wrong; not if seen."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from states.notices import queries
from states.notices.log import DROPPED
from states.spreadsheet import as_xlsx
from states.units.moving import decide
from tests.cast import Cast
from tests.mailbox import Mailbox
from tests.states.imports.test_thousand import brought_in
from tests.states.units.test_moving import move_of
from workflow import runs
from workflow.file_store import FileStore
from workflow.message import Message, Refused
from workflow.outbox import delivery, outbox
from workflow.runs import packed


def letters(cast: Cast):
    with cast.app.database.read() as connection:
        return queries.outbox_page(connection, cast.agency_id)


def in_a_while(cast: Cast) -> None:
    cast.later(seconds=61)
    cast.run_due()


def moved(cast: Cast) -> str:
    with cast.app.database.write() as connection:
        run_id = decide(connection, move_of(cast), "form")
    cast.run_due()
    return run_id


def test_a_result_is_told_once_with_its_page(cast: Cast):
    run_id = moved(cast)
    assert letters(cast) == [], "who sits on its page needs no letter"
    in_a_while(cast)
    (letter,) = letters(cast)
    assert (letter.to, letter.address) == ("Office Nguyễn", "office@so.example")
    assert letter.subject == "[Đã xong] Chuyển người sang đơn vị khác – candidate → Phòng Bưu chính - Viễn thông"
    assert f"Xem kết quả: https://so.example/chay-nen/{run_id}" in letter.text
    in_a_while(cast)
    assert len(letters(cast)) == 1


def test_who_looked_is_told_nothing(cast: Cast):
    run_id = moved(cast)
    with cast.app.database.write() as connection:
        runs.seen(connection, cast.agency_id, run_id, cast.people["office"])
    in_a_while(cast)
    assert letters(cast) == []
    with cast.app.database.read() as connection:
        why = sa.select(delivery.c.detail).where(delivery.c.kind == DROPPED)
        assert [row["reason"] for row in connection.scalars(why)] == ["run_seen"]


def test_a_failure_says_which_rows_and_no_word_of_them(cast: Cast, tmp_path: Path):
    cast.app.files = FileStore(tmp_path)
    cast.app.doers["import"]._store = cast.app.files  # type: ignore[attr-defined]
    rows = [["Mã người", "Họ và tên", "Thư điện tử"], ["X1", "Nguyễn Bí Mật", "xấu@"], ["X2", "", ""]]
    failed = brought_in(cast, as_xlsx("Người", rows))
    assert failed["status"] == "failed"
    in_a_while(cast)
    (letter,) = letters(cast)
    assert letter.subject.startswith("[Không xong] Nhập danh sách")
    assert "Dòng sai: Dòng 2, cột C" in letter.text
    assert "Dòng sai: Dòng 3, cột B" in letter.text
    assert "xấu@" not in letter.text
    assert "Bí Mật" not in letter.text


@pytest.mark.parametrize(("key", "said"), [("run.died", True), ("twins.not_here", False)])
def test_a_reason_that_names_somebody_is_on_the_page_only(cast: Cast, key: str, said: bool):
    run_id = moved(cast)
    params = {} if said else {"name": "Nguyễn Bí Mật"}
    values = {"status": "failed", "reasons": [packed(Message(key, params))], "seen_at": None}
    with cast.app.database.write() as connection:
        connection.execute(sa.update(runs.run).where(runs.run.c.id == run_id).values(**values))
    in_a_while(cast)
    (letter,) = letters(cast)
    assert ("Xem trên trang kết quả" not in letter.text) == said
    assert "Bí Mật" not in letter.text


def test_a_second_try_is_a_second_result(cast: Cast):
    with cast.app.database.write() as connection:
        run_id = decide(connection, move_of(cast, who="head"), "form")
    tried = []

    def refuses(work: runs.Work) -> None:
        tried.append(work)
        raise Refused(Message("run.died"))

    cast.app.doers["move_person"] = refuses
    cast.run_due()
    with cast.app.database.write() as connection:
        assert runs.again(connection, cast.agency_id, run_id)
    cast.run_due()
    assert len(tried) == 2
    with cast.app.database.read() as connection:
        told = sa.select(outbox.c.dedupe_key).where(outbox.c.topic == f"run:{run_id}")
        assert len(set(connection.scalars(told))) == 2
    in_a_while(cast)
    (letter,) = letters(cast)
    assert letter.text.count("/chay-nen/") <= 2


def test_it_arrives(mailing: Cast, smtp_server: Mailbox):
    run_id = moved(mailing)
    in_a_while(mailing)
    (letter,) = smtp_server.letters
    body = letter.message.get_body(("plain",))
    assert (letter.recipients, body is not None) == (("office@so.example",), True)
    assert body
    assert f"/chay-nen/{run_id}" in body.get_content()


def test_what_is_about_nothing_more_is_called_by_its_kind_alone(cast: Cast):
    with cast.app.database.write() as connection:
        decide(connection, move_of(cast), "form")
        connection.execute(sa.update(runs.run).values(about=""))
    cast.run_due()
    in_a_while(cast)
    assert [letter.subject for letter in letters(cast)] == ["[Đã xong] Chuyển người sang đơn vị khác"]
