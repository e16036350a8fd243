"""Many invited at once: counted before, one letter each however often it is pressed, and what came of each told."""

from __future__ import annotations

import re
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from tests.web.conftest import BOTH, FIRST, Town
from web.sign_in.model import password_link
from workflow import organisation_changes as changes
from workflow.organisation import account, person
from workflow.outbox import outbox

pytestmark = BOTH

PATH = "/thiet-lap/moi-nguoi-dung"


@pytest.fixture
def guests(town: Town) -> dict[str, str]:
    """Three newcomers: with an address, without one, and whose address is somebody's sign-in name."""
    with town.database.write() as connection:
        return {
            code: changes.add_person(
                connection, town.so.id, code=code, name=f"Hồ Thị {code}", starts_on=FIRST, email=email
            )
            for code, email in (("mot", "mot@so.test"), ("hai", ""), ("ba", "binh"))
        }


def letters(town: Town) -> int:
    with town.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).where(outbox.c.recipient.like("account:%"))) or 0


def with_mail(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    app = town.app.extensions["neuguong"]
    monkeypatch.setattr(type(app.settings), "mail_server", property(lambda self: "smtp://nowhere"))


def form_of(page: str) -> dict[str, object]:
    people = re.findall(r'name="person" value="([^"]+)"', page)
    seen = dict(re.findall(r'name="(seen-[^"]+)" value="([^"]*)"', page))
    return {"person": people, "_nonce": re.search(r'name="_nonce" value="([^"]+)"', page)[1], **seen}


def test_everybody_without_a_sign_in_is_listed_and_counted_before(
    town: Town, guests: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_mail(town, monkeypatch)
    an = town.signed_in("an")
    page = an.get(PATH).text
    assert all(f"Hồ Thị {code}" in page for code in guests)
    assert "Nguyễn Văn Bình" not in page, "who can sign in is not invited"
    looked = an.post(f"{PATH}/xem", {"person": list(guests.values())}, seen=PATH).text
    assert "<dt>Gửi thư</dt><dd>1</dd>" in looked
    assert "<dt>Trao tay đường dẫn</dt><dd>2</dd>" in looked
    assert letters(town) == 0
    assert an.post(f"{PATH}/xem", {}, seen=PATH).status_code == 422


def test_pressed_twice_is_one_letter_each(town: Town, guests: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    with_mail(town, monkeypatch)
    an = town.signed_in("an")
    looked = an.post(f"{PATH}/xem", {"person": list(guests.values())}, seen=PATH).text
    form = form_of(looked)
    first = an.post(PATH, form, seen=PATH)
    assert first.status_code == 200
    handed = re.findall(r"/dat-mat-khau/[\w-]+", first.text.partition('class="slip"')[0])
    assert len(handed) == 2, "who has no address gets the link by hand"
    assert first.text.count('class="slip"') == 2, "and on a slip of paper"
    second = an.post(PATH, form, seen=PATH)
    assert second.status_code == 303
    assert letters(town) == 1
    shown = an.get(second.location).text
    assert "Đã gửi thư" in shown
    assert "/dat-mat-khau/" not in shown, "a link is shown once"
    with town.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(password_link)) == 3
        logins = sa.select(account.c.login).join(person, person.c.account_id == account.c.id)
        mine = logins.where(person.c.id.in_(guests.values())).order_by(account.c.login)
        assert connection.scalars(mine).all() == ["ba", "hai", "mot@so.test"]
    link = handed[0]
    sent = {"password": "một câu thật là dài", "repeated": "một câu thật là dài"}
    assert town.browser().post(link, sent, seen=link).status_code == 303
    assert len(re.findall("Hồ Thị", an.get(PATH).text)) == 2


def test_who_was_invited_meanwhile_is_not_invited_again(
    town: Town, guests: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_mail(town, monkeypatch)
    an, other = town.signed_in("an"), town.signed_in("an")
    one = {"person": [guests["mot"]]}
    mine = form_of(an.post(f"{PATH}/xem", one, seen=PATH).text)
    theirs = form_of(other.post(f"{PATH}/xem", one, seen=PATH).text)
    an.post(PATH, mine, seen=PATH)
    answer = other.post(PATH, theirs, seen=PATH)
    assert "người khác vừa mời" in answer.text
    assert letters(town) == 1
    again = form_of(other.post(f"{PATH}/xem", one, seen=PATH).text)
    other.post(PATH, again, seen=PATH)
    assert letters(town) == 2, "asked for knowingly, it goes out once more"


def test_nobody_of_another_agency_is_invited_and_nobody_else_invites(town: Town, guests: dict[str, str]) -> None:
    with town.database.write() as connection:
        far = changes.add_person(connection, town.other.id, code="xa", name="Người Ở Xa", starts_on=FIRST)
    an = town.signed_in("an")
    assert "Người Ở Xa" not in an.get(PATH).text
    an.post(PATH, {"person": [far], f"seen-{far}": "", "_nonce": "x"}, seen=PATH)
    with town.database.read() as connection:
        assert connection.scalar(sa.select(person.c.account_id).where(person.c.id == far)) is None
    chi = town.signed_in("chi")
    assert chi.get(PATH).status_code == 403
    assert chi.post(PATH, {"person": list(guests.values())}, seen="/danh-ba").status_code == 403


def test_two_clerks_in_the_same_moment_send_one_letter(
    town: Town, guests: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_mail(town, monkeypatch)
    one, clerks = {"person": [guests["mot"]]}, [town.signed_in("an"), town.signed_in("an")]
    forms = [form_of(clerk.post(f"{PATH}/xem", one, seen=PATH).text) for clerk in clerks]
    sent = [{"csrf_token": clerk.secret(PATH), **form} for clerk, form in zip(clerks, forms, strict=True)]
    start, told = Barrier(2), []

    def press(number: int) -> None:
        start.wait()
        told.append(clerks[number].client.post(PATH, data=sent[number]))

    threads = [Thread(target=press, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in told] == [200, 200]
    assert sum("người khác vừa mời" in answer.text for answer in told) == 1
    assert letters(town) == 1
