"""`neuguong webhooks`: whom the installation tells, how that goes, and what an administrator does about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
import sqlalchemy as sa

from states.webhooks import queue, subscribing
from states.webhooks.model import KINDS
from states.webhooks.subscribing import Wish
from web.commands.asking import agency_of, agency_option, person_of
from web.commands.shell import Shell, pass_shell
from workflow.message import Refused
from workflow.organisation import account, person


@click.group(help="Các hệ thống khác được báo tin (webhook): xem, thêm, tạm dừng, đổi khóa, gửi lại.")
def webhooks() -> None:
    """One command each."""


def _by_admin(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--as", "who", required=True, help="Người quản trị (mã hoặc tên đăng nhập).")(command)


@webhooks.command(name="list", help="Mỗi hệ thống một dòng: mã, trạng thái, số tin chờ và để riêng, tên, địa chỉ.")
@click.option("--json", "as_json", is_flag=True, help="In JSON.")
@agency_option
@pass_shell
def listed(shell: Shell, as_json: bool, agency_code: str | None) -> None:
    """All that have not ended."""
    agency_id = agency_of(shell, agency_code)
    with shell.application.database.read() as connection:
        rows = subscribing.listed(connection, agency_id)
        stands = [queue.standing(connection, row["id"]) for row in rows]
    names = ("id", "status", "name", "address", "kinds", "failing_since")
    found = [
        {**{name: row[name] for name in names}, "waiting": one.waiting, "aside": one.aside}
        for row, one in zip(rows, stands, strict=True)
    ]
    if as_json:
        shell.say_json(found)
        return
    for one in found:
        shell.say("webhook.line", **one)
    if not found:
        shell.say("webhook.none")


@webhooks.command(help="Thử một địa chỉ: có được gọi không, vì sao không. Không gửi gì.")
@click.argument("address")
@pass_shell
def check(shell: Shell, address: str) -> None:
    """Whether the address may be called as things stand. Exit code 1."""
    try:
        shell.application.webhooks.door.look(address)
    except Refused as refused:
        raise _failed(shell, refused) from refused
    shell.say("webhook.may_be_called")


@webhooks.command(help="Thêm một hệ thống nhận tin; in khóa ký một lần.")
@click.argument("address")
@click.option("--name", required=True, help="Tên hệ thống.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Loại tin; không nêu: tất cả.")
@_by_admin
@agency_option
@pass_shell
def add(shell: Shell, address: str, name: str, kinds: tuple[str, ...], who: str, agency_code: str | None) -> None:
    """One more."""
    agency_id, app = agency_of(shell, agency_code), shell.application
    try:
        wish = Wish(name, address, kinds or KINDS).tidied(app.webhooks.door)
        with app.database.write() as connection:
            by = _admin(shell, connection, agency_id, who)
            ident, secret = subscribing.add(connection, app.identities, agency_id, wish, by)
    except Refused as refused:
        raise _failed(shell, refused) from refused
    shell.say("webhook.added", id=ident, secret=secret)


@webhooks.command(help="Đổi khóa ký; khóa cũ còn ký thêm một ngày.")
@click.argument("webhook_id")
@_by_admin
@agency_option
@pass_shell
def renew(shell: Shell, webhook_id: str, who: str, agency_code: str | None) -> None:
    """A new secret, printed once."""
    identities = shell.application.identities
    secret = _do(
        shell, agency_code, who, lambda c, agency, by: subscribing.renew(c, identities, agency, webhook_id, by)
    )
    shell.say("webhook.added", id=webhook_id, secret=secret)


@webhooks.command(help="Tạm dừng: tin mới vẫn được giữ.")
@click.argument("webhook_id")
@_by_admin
@agency_option
@pass_shell
def pause(shell: Shell, webhook_id: str, who: str, agency_code: str | None) -> None:
    """What happens waits from now on."""
    _do(shell, agency_code, who, lambda c, agency, by: subscribing.pause(c, agency, webhook_id, by))
    shell.say("webhook.paused_now")


@webhooks.command(help="Cho tiếp tục; tin đang chờ được gửi ngay.")
@click.argument("webhook_id")
@_by_admin
@agency_option
@pass_shell
def resume(shell: Shell, webhook_id: str, who: str, agency_code: str | None) -> None:
    """What waited goes."""
    _do(shell, agency_code, who, lambda c, agency, by: subscribing.resume(c, agency, webhook_id, by))
    shell.say("webhook.resumed")


@webhooks.command(name="send-again", help="Gửi lại các tin đã để riêng, hoặc một tin theo số.")
@click.argument("webhook_id")
@click.option("--number", type=click.IntRange(1), help="Số của tin trong nhật ký.")
@_by_admin
@agency_option
@pass_shell
def send_again(shell: Shell, webhook_id: str, number: int | None, who: str, agency_code: str | None) -> None:
    """Under their own ids."""

    def again(connection: sa.Connection, agency: str, by: str) -> int:
        return subscribing.send_again(connection, agency, webhook_id, by, number=number)

    shell.say("webhook.sent_again", count=_do(shell, agency_code, who, again))


@webhooks.command(help="Kết thúc: không báo nữa, bỏ các tin đang chờ.")
@click.argument("webhook_id")
@_by_admin
@agency_option
@pass_shell
def end(shell: Shell, webhook_id: str, who: str, agency_code: str | None) -> None:
    """Told no more."""
    identities = shell.application.identities
    _do(shell, agency_code, who, lambda c, agency, by: subscribing.end(c, identities, agency, webhook_id, by))
    shell.say("webhook.ended")


def _do(shell: Shell, code: str | None, who: str, what: Callable[[sa.Connection, str, str], Any]) -> Any:
    agency_id, app = agency_of(shell, code), shell.application
    try:
        with app.database.write() as connection:
            return what(connection, agency_id, _admin(shell, connection, agency_id, who))
    except Refused as refused:
        raise _failed(shell, refused) from refused


def _admin(shell: Shell, connection: sa.Connection, agency_id: str, given: str) -> str:
    """The id of who does it, who must be an administrator of this agency. Exit code 1."""
    person_id = person_of(connection, agency_id, given)
    is_admin = sa.select(account.c.is_admin).join(person, person.c.account_id == account.c.id)
    mine = (person.c.id == person_id) & account.c.disabled_at.is_(None)
    if person_id is None or not connection.scalar(is_admin.where(mine)):
        raise shell.fail("webhook.who", given=given)
    return person_id


def _failed(shell: Shell, refused: Refused) -> click.ClickException:
    return click.ClickException("\n".join(shell.render(one) for one in refused.reasons))


COMMANDS = (webhooks,)
