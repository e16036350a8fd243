"""`neuguong backup`, `restore`, `resume`: a safe copy, the way back, and the gate behind which it waits."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa

from config import backup as backups
from config.backup import BackupError, Wishes
from config.backup.restore import CODES
from states import identities
from web.commands.shell import Shell, pass_shell
from workflow import fence, resumption
from workflow.fence import Fence
from workflow.message import Message, Refused
from workflow.organisation import agency
from workflow.resumption import DROP, SEND, SINCE, Group

# Sign-ins, links to set a password, counted tries, who was looking: of their hour, none of them may live again.
LEFT_BEHIND = ("sign_in", "password_link", "sign_in_attempt", "looking")
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    help="Sao lưu cơ sở dữ liệu và tệp đính kèm vào MỘT tệp mới, trong khi hệ thống vẫn chạy; đọc lại để kiểm."
)
@click.argument("file", type=FILE)
@pass_shell
def backup(shell: Shell, file: Path) -> None:
    """Exit code 1 when it cannot be made, and when rows name files that the disk no longer has."""
    application = shell.application
    try:
        taken = backups.take(application.database, application.files, file, left_behind=LEFT_BEHIND)
    except BackupError as error:
        raise shell.fail(error.key, **error.params) from error
    told = taken.manifest
    shell.say(
        "backup.taken", file=str(file), megabytes=f"{taken.size / 1e6:.1f}", rows=told.rows, tables=len(told.tables),
        files=told.files, seconds=f"{taken.seconds:.1f}", fingerprint=told.fingerprint,
    )  # fmt: skip
    if taken.unreadable:
        first, why = next(iter(taken.unreadable.items()))
        raise shell.fail("backup.unreadable_files", count=len(taken.unreadable), first=first, why=why,
                         folder=application.files.root)  # fmt: skip
    if told.missing:
        raise shell.fail("backup.missing_files", count=len(told.missing), first=told.missing[0])


@click.command(help="Phục hồi một bản sao lưu vào cơ sở dữ liệu trống; sau đó chưa gửi gì ra ngoài cho đến `resume`.")
@click.argument("file", type=FILE)
@click.option(
    "--replace",
    is_flag=True,
    help="Xóa mọi thứ đang có trong cơ sở dữ liệu này trước. Dừng web, worker và clock rồi mới chạy.",
)
@click.option("--even-broken", is_flag=True, help="Phục hồi cả khi có lịch sử không khớp chuỗi.")
@click.option("--skip-codes", type=click.IntRange(0, 100_000), default=CODES, show_default=True,
              help="Bỏ qua bấy nhiêu mã hồ sơ, vì giấy tờ sau lúc sao lưu có thể đã mang các mã ấy.")  # fmt: skip
@pass_shell
def restore(shell: Shell, file: Path, replace: bool, even_broken: bool, skip_codes: int) -> None:
    """Of either kind of database into either kind; an older shape is brought to this version's."""
    settings = shell.settings
    settings.make_folders()
    wishes = Wishes(replace=replace, even_broken=even_broken, codes=skip_codes)
    try:
        told = backups.restore(settings.database_url, shell.wired.files, file, wishes, left_behind=LEFT_BEHIND)
    except BackupError as error:
        raise shell.fail(error.key, **error.params) from error
    for one in told.breaks:
        click.echo(shell.text("verify.broken", code=one.code or one.case_id, seq=one.seq, reason=one.reason), err=True)
    shell.say(
        "restore.done", rows=told.manifest.rows, tables=len(told.manifest.tables), files=told.files_put_back,
        seconds=f"{told.seconds:.1f}", fingerprint=told.manifest.fingerprint,
    )  # fmt: skip
    if told.manifest.missing:
        shell.say("restore.missing_files", count=len(told.manifest.missing))
    with shell.wired.database.write() as connection:
        lost = identities.unreadable(connection, shell.wired.identities)
        if not lost:
            identities.renew(connection, shell.wired.identities, clear_only=True)
    if lost:
        shell.say("restore.identities_lost", many=lost, file=settings.identity_file)
    shell.say("restore.fenced")


@click.command(help="Sau phục hồi: xem những gì đang chờ gửi; chọn gửi hay bỏ từng nhóm rồi mở lại việc gửi.")
@click.option("--send", "wanted", multiple=True, metavar="GROUP", help="Gửi nhóm này; lặp lại được.")
@click.option("--drop", "unwanted", multiple=True, metavar="GROUP", help="Bỏ nhóm này; lặp lại được.")
@click.option("--send-all", is_flag=True, help="Gửi mọi nhóm còn lại.")
@click.option("--drop-all", is_flag=True, help="Bỏ mọi nhóm còn lại.")
@click.option("--agency", "agency_code", help="Chỉ một cơ quan.")
@pass_shell
def resume(
    shell: Shell, wanted: tuple[str, ...], unwanted: tuple[str, ...], send_all: bool, drop_all: bool,
    agency_code: str | None,
) -> None:  # fmt: skip
    """Without a choice it only shows, exit code 1 while something is held; a group left open refuses all."""
    if (send_all and drop_all) or set(wanted) & set(unwanted):
        raise shell.fail("resume.both", code=2)
    standing = _standing(shell, agency_code)
    if not standing:
        shell.say("resume.nothing")
        return
    _check_names(shell, standing, {*wanted, *unwanted})
    if not (wanted or unwanted or send_all or drop_all):
        for code, one in standing:
            _show(shell, code, one)
        raise SystemExit(1)
    rest = SEND if send_all else DROP if drop_all else ""
    chosen = dict.fromkeys(wanted, SEND) | dict.fromkeys(unwanted, DROP)
    _open(shell, standing, chosen, rest)
    shell.application.after_commit()


def _standing(shell: Shell, code: str | None) -> list[tuple[str, Fence]]:
    with shell.application.database.read() as connection:
        agencies = connection.execute(sa.select(agency.c.id, agency.c.code).order_by(agency.c.code)).all()
        if code and code not in (known := [row.code for row in agencies]):
            raise shell.fail("import.unknown_agency", code=2, given=code, known=known)
        found = [(row.code, fence.raised(connection, row.id)) for row in agencies if code in (None, row.code)]
    return [(name, one) for name, one in found if one is not None]


def _check_names(shell: Shell, standing: list[tuple[str, Fence]], given: set[str]) -> None:
    with shell.application.database.read() as connection:
        known = {group.name for _, one in standing for group in resumption.waiting(connection, one).groups}
    known -= {SINCE}
    if unknown := sorted(given - known):
        key = "resume.unknown_group" if known else "resume.no_groups"
        raise shell.fail(key, code=2, given=unknown[0], known=sorted(known))


def _show(shell: Shell, code: str, standing: Fence) -> None:
    with shell.application.database.read() as connection:
        held = resumption.waiting(connection, standing)
    shell.say("resume.stands", agency=code, cut=standing.cut_at, raised=standing.raised_at)
    for group in held.groups:
        click.echo(f"  {group.name:<14} {shell.render(group_line(group))}")
    shell.say("resume.overdue", count=held.overdue)
    shell.say("resume.how")


def group_line(group: Group) -> Message:
    """What a group holds, in one line."""
    params = {
        "name": Message(f"fence.group.{group.name}"), "messages": group.messages, "recipients": group.recipients,
        "perhaps": group.sent_perhaps,
    }  # fmt: skip
    return Message("resume.group", params)


def _open(shell: Shell, standing: list[tuple[str, Fence]], chosen: dict[str, str], rest: str) -> None:
    """All of them, or none."""
    done = []
    try:
        with shell.application.database.write() as connection:
            for code, one in standing:
                names = [group.name for group in resumption.waiting(connection, one).groups]
                choices = dict.fromkeys(names, rest) | chosen
                done.append((code, resumption.resume(connection, one, choices, by=None)))
    except Refused as refused:
        raise click.ClickException("\n".join(shell.render(one) for one in refused.reasons)) from refused
    for code, dropped in done:
        shell.say("resume.done", agency=code, dropped=dropped)


COMMANDS = (backup, restore, resume)
