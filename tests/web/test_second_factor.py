"""The second factor through the pages: set up, asked for, used once, recovered, reset, and demanded by a rule."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape

import pyotp
import pytest
import sqlalchemy as sa

from config.keys import new_identity_key
from states import identities
from states.accounts.model import recovery_code, totp
from states.sealed import Envelope
from tests.web.conftest import BOTH, PASSWORD, Browser, Town
from web.sign_in import codes, policy
from web.sign_in.model import sign_in, sign_in_step
from workflow.clock import local_date, wall_now

pytestmark = BOTH
OWN = "/ca-nhan/bao-mat"


def secret_on(page: str) -> str:
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    assert found, page
    return found[1].replace(" ", "")


def codes_on(page: str) -> list[str]:
    return re.findall(r"<li><code>([^<]+)</code>", page)


def code_of(secret: str, steps: int = 0) -> str:
    """The app's code of now, or of some half minutes later. An earlier one is near enough for this half minute
    alone: near its end, the next is waited for."""
    left = 30 - wall_now().timestamp() % 30
    if steps < 0 and left < 8:
        time.sleep(left)
    return pyotp.TOTP(secret).at(wall_now() + timedelta(seconds=30 * steps))


def set_up(browser: Browser) -> tuple[str, list[str]]:
    """Switch the app on; its secret and the recovery codes."""
    secret = secret_on(browser.client.post(f"{OWN}/ung-dung", data={"csrf_token": browser.secret(OWN)},
                                           follow_redirects=True).text)  # fmt: skip
    done = browser.post(f"{OWN}/ung-dung/xac-nhan", {"code": code_of(secret, -1)}, seen=OWN)
    assert done.status_code == 200, done.text
    return secret, codes_on(done.text)


def halfway(town: Town, login: str = "dung") -> Browser:
    browser = town.browser()
    answer = browser.sign_in(login, next="/danh-ba")
    assert answer.location == "/dang-nhap/buoc-hai?next=/danh-ba"
    return browser


def enter(browser: Browser, code: str) -> tuple[int, str]:
    answer = browser.post("/dang-nhap/buoc-hai", {"code": code, "next": "/danh-ba"}, seen="/dang-nhap/buoc-hai")
    return answer.status_code, answer.location or unescape(answer.text)


def test_an_app_is_asked_for_after_the_password_and_opens_with_it_alone(town: Town) -> None:
    secret, _ = set_up(town.signed_in("dung"))
    browser = halfway(town)
    assert browser.get("/danh-ba").status_code == 303, "half way is nowhere"
    assert enter(browser, "000000")[0] == 422
    assert enter(browser, code_of(secret)) == (303, "/danh-ba")
    assert browser.get("/danh-ba").status_code == 200


def test_a_code_opens_once(town: Town) -> None:
    secret, _ = set_up(town.signed_in("dung"))
    code = code_of(secret)
    assert enter(halfway(town), code) == (303, "/danh-ba")
    status, said = enter(halfway(town), code)
    assert status == 422
    assert "đã dùng" in said
    assert enter(halfway(town), code_of(secret, -1))[0] == 422, "nor does an earlier one, although it is near enough"
    assert enter(halfway(town), code_of(secret, 1)) == (303, "/danh-ba")


def test_a_code_sent_twice_at_once_opens_once(town: Town) -> None:
    secret, made = set_up(town.signed_in("dung"))
    code, now, envelope = code_of(secret), wall_now(), town.app.extensions["neuguong"].identities

    def use(_: int) -> tuple[bool, bool]:
        with town.database.write() as connection:
            account_id = town.so.accounts["dung"]
            by_app = codes.fits(connection, envelope, account_id, code, now)
            return by_app, codes.spend_recovery_code(connection, account_id, made[0], now)

    with ThreadPoolExecutor(8) as pool:
        used = list(pool.map(use, range(16)))
    assert [sum(column) for column in zip(*used, strict=True)] == [1, 1]


def test_a_secret_that_was_begun_is_shown_and_taken_for_minutes_only(town: Town) -> None:
    browser = town.signed_in("dung")
    browser.post(f"{OWN}/ung-dung", seen=OWN)
    secret = secret_on(browser.get(f"{OWN}/ung-dung").text)
    with town.database.write() as connection:
        connection.execute(sa.update(sign_in).values(proven_at=wall_now() - timedelta(hours=1)))
    assert browser.get(f"{OWN}/ung-dung").location == OWN
    with town.database.write() as connection:
        connection.execute(sa.update(sign_in).values(proven_at=wall_now()))
        connection.execute(sa.update(totp).values(created_at=wall_now() - timedelta(minutes=10)))
    assert browser.get(f"{OWN}/ung-dung").location == OWN
    late = browser.post(f"{OWN}/ung-dung/xac-nhan", {"code": code_of(secret)}, seen=OWN)
    assert late.status_code == 303
    assert town.browser().sign_in("dung", next="/danh-ba").location == "/danh-ba"


def test_the_code_that_switched_the_app_on_does_not_sign_in(town: Town) -> None:
    secret, _ = set_up(town.signed_in("dung"))
    with town.database.read() as connection:
        step = connection.execute(sa.select(totp.c.last_step)).scalar_one()
    assert enter(halfway(town), pyotp.TOTP(secret).generate_otp(step))[0] == 422


def test_recovery_codes_open_once_each_and_are_stored_hashed(town: Town) -> None:
    _, made = set_up(town.signed_in("dung"))
    assert len(set(made)) == codes.RECOVERY_CODES
    assert enter(halfway(town), made[3].upper().replace("-", " ")) == (303, "/danh-ba")
    assert enter(halfway(town), made[3])[0] == 422
    assert enter(halfway(town), made[4]) == (303, "/danh-ba")
    with town.database.read() as connection:
        kept = repr([dict(row) for row in connection.execute(sa.select(recovery_code)).mappings()])
    assert not [code for code in made if code in kept or code.replace("-", "") in kept]


def test_new_recovery_codes_end_the_old_ones(town: Town) -> None:
    browser = town.signed_in("dung")
    _, old = set_up(browser)
    new = codes_on(browser.post(f"{OWN}/ma-du-phong", seen=OWN).text)
    assert not set(old) & set(new)
    assert enter(halfway(town), old[0])[0] == 422
    assert enter(halfway(town), new[0]) == (303, "/danh-ba")


def test_the_secret_is_sealed_with_a_key_outside_the_database(town: Town) -> None:
    secret, _ = set_up(town.signed_in("dung"))
    with town.database.read() as connection:
        row = connection.execute(sa.select(totp)).one()
    assert secret not in repr(dict(row._mapping))
    app = town.app.extensions["neuguong"]
    assert app.identities.open(row.account_id, row.sealed) == {"secret": secret}
    assert app.settings.identity_keys[0] not in repr(dict(row._mapping))


def test_without_the_keys_codes_fail_and_recovery_codes_still_open(town: Town) -> None:
    secret, made = set_up(town.signed_in("dung"))
    app = town.app.extensions["neuguong"]
    other = new_identity_key()
    app.identities = Envelope(lambda: [other])
    assert enter(halfway(town), code_of(secret))[0] == 422
    assert enter(halfway(town), made[0]) == (303, "/danh-ba")
    with town.database.read() as connection:
        assert identities.unreadable(connection, app.identities) == 1, "which the doctor tells"


def test_guessing_codes_waits_longer_and_longer_though_the_password_is_right(town: Town) -> None:
    secret, _ = set_up(town.signed_in("dung"))
    for _ in range(8):
        assert enter(halfway(town), "123456")[0] == 422
    status, said = enter(halfway(town), code_of(secret))
    assert status == 422
    assert "quá nhiều lần" in said


def test_half_a_sign_in_is_over_after_ten_minutes_and_used_once(town: Town) -> None:
    secret, _ = set_up(town.signed_in("dung"))
    browser = halfway(town)
    with town.database.write() as connection:
        connection.execute(sa.update(sign_in_step).values(expires_at=wall_now() - timedelta(seconds=1)))
    assert browser.get("/dang-nhap/buoc-hai").location == "/dang-nhap"
    answer = browser.post("/dang-nhap/buoc-hai", {"code": code_of(secret)})
    assert answer.location == "/dang-nhap"


def test_setting_up_ends_every_other_sign_in(town: Town) -> None:
    thief = town.signed_in("dung")
    browser = town.signed_in("dung")
    set_up(browser)
    assert thief.get("/danh-ba").status_code == 303
    assert browser.get("/danh-ba").status_code == 200


def test_without_the_app_there_is_nothing_to_recover(town: Town) -> None:
    browser = town.signed_in("dung")
    set_up(browser)
    browser.post(f"{OWN}/ung-dung/bo", seen=OWN)
    with town.database.read() as connection:
        assert connection.execute(sa.select(recovery_code)).all() == []
    assert town.browser().sign_in("dung", next="/danh-ba").location == "/danh-ba"


def rule(town: Town, days: int, *groups: str) -> None:
    with town.database.write() as connection:
        starts_on = local_date(wall_now()) + timedelta(days=days)
        policy.put(
            connection, town.so.id, policy.Rule(groups, starts_on), by=town.so.people["an"], now=wall_now()
        )  # fmt: skip


@pytest.mark.parametrize("group", ["director", "everyone"])
def test_a_rule_tells_before_its_day_and_then_opens_nothing_but_the_setting_up(town: Town, group: str) -> None:
    rule(town, 3, group)
    browser = town.signed_in("dung")
    assert "phải có xác thực hai lớp" in browser.get("/danh-ba").text
    rule(town, 0, group)
    for path in ("/don-vi", "/danh-ba", "/ca-nhan"):
        assert browser.get(path).location == OWN, path
    assert "Cơ quan yêu cầu" in browser.get(OWN).text
    secret, _ = set_up(browser)
    assert browser.get("/danh-ba").status_code == 200, "who sets it up goes on at once: nobody is locked out"
    assert enter(halfway(town), code_of(secret)) == (303, "/danh-ba")


def test_a_rule_asks_nothing_of_others(town: Town) -> None:
    rule(town, 0, "director", "admin")
    page = town.signed_in("chi").get("/danh-ba")
    assert page.status_code == 200
    assert "xác thực hai lớp" not in page.text


def test_the_deputy_of_a_signer_is_asked_too(town: Town) -> None:
    from workflow import organisation_changes as changes

    rule(town, 0, "director")
    today = local_date(wall_now())
    with town.database.write() as connection:
        changes.set_absence(
            connection, town.so.id, person_id=town.so.people["dung"], deputy_id=town.so.people["chi"],
            days=(today, today), reason="",
        )  # fmt: skip
    assert town.signed_in("chi").get("/danh-ba").location == OWN


def test_a_wrong_password_never_comes_to_the_second_step(town: Town) -> None:
    set_up(town.signed_in("dung"))
    page = town.browser().sign_in("dung", PASSWORD + "!")
    assert page.status_code == 422
