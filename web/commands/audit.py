"""The audit at the terminal: is everything as it was written, an anchor for now, the rights of the database's role."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import ProgrammingError

from states.amendments.proof import verify_amendments
from states.criteria.proof import verify_scores
from web.commands.asking import agency_of, agency_option
from web.commands.shell import Shell, pass_shell
from workflow import anchors, history, rights
from workflow.anchors import Anchor, Unreadable
from workflow.file_proof import verify_files
from workflow.streams import without_a_limit
from workflow.verification import Fault, Report, verify_seals

as_json = click.option("--json", "as_json", is_flag=True, help="Kết quả dạng JSON, cho máy đọc.")


@click.command(
    help="Kiểm tra mọi lịch sử, chuỗi niêm phong, mốc neo; mã thoát 1 khi có chỗ bị sửa, xóa, tráo, thêm hoặc mất."
)
@click.option(
    "--anchors", "source", metavar="FILE", help="Tệp mốc neo, hoặc - để dán thư; không nêu: tệp NEUGUONG_ANCHORS."
)
@click.option("--papers", is_flag=True, help="Đọc lại từng tệp đính kèm, so với mã băm lúc nộp (lâu khi có nhiều tệp).")
@agency_option
@as_json
@pass_shell
def verify(shell: Shell, source: str | None, papers: bool, agency_code: str | None, as_json: bool) -> None:
    """Recompute every chain and compare with what was kept outside. Of one agency: its histories alone."""
    only = agency_of(shell, agency_code) if agency_code else None
    outside = _outside(shell, source)
    with shell.application.database.read() as connection:
        without_a_limit(connection)
        broken = [*history.verify(connection, only), *verify_scores(connection, only)]
        broken += verify_amendments(connection, only)
        if papers:
            broken = [*broken, *verify_files(connection, shell.application.files, only)]
        report = Report() if only else verify_seals(connection, outside)
    whole = not broken and not report.faults
    if as_json:
        shell.say_json({"whole": whole, "breaks": [_break(shell, one) for one in broken], **_seals(shell, report)})
    else:
        for line in [_sentence(shell, one) for one in broken] + [_place(shell, one) for one in report.faults]:
            click.echo(line, err=True)
        if whole:
            shell.say("verify.whole")
        if not only:
            click.echo(_rests_on(shell, report))
    if not whole:
        raise SystemExit(1)


def _outside(shell: Shell, source: str | None) -> list[Anchor]:
    if source is None:
        return anchors.read_file(shell.settings.anchors) if shell.settings.anchors else []
    if source == "-":
        return _read(shell, sys.stdin.read())
    try:
        return _read(shell, Path(source).read_text(encoding="utf-8", errors="replace"))
    except OSError as wrong:
        raise shell.fail("verify.no_file", code=2, file=source, why=wrong.strerror or str(wrong)) from wrong


def _read(shell: Shell, text: str) -> list[Anchor]:
    try:
        return anchors.read_anchors(text)
    except Unreadable as wrong:
        raise shell.fail("verify.no_anchor", code=2, given=wrong.given) from wrong


def _sentence(shell: Shell, one: history.Break) -> str:
    return shell.text("verify.broken", code=one.code or one.case_id, seq=one.seq, reason=one.reason)


def _place(shell: Shell, one: Fault) -> str:
    return shell.text("verify.broken_seal", place=one.place, reason=one.reason)


def _rests_on(shell: Shell, report: Report) -> str:
    """What was compared with something outside, and what was not: said every time."""
    facts: dict[str, Any] = {"sealed": report.sealed, "unsealed": report.unsealed}
    if not report.covered:
        return shell.text("verify.without_anchor", **facts)
    after = report.sealed - report.covered
    return shell.text("verify.covered", covered=report.covered, day=report.covered_on, after=after, **facts)


def _break(shell: Shell, one: history.Break) -> dict[str, object]:
    return vars(one) | {"key": one.reason.key, "reason": shell.render(one.reason)}


def _seals(shell: Shell, report: Report) -> dict[str, object]:
    faults = [{"place": one.place, "key": one.reason.key, "reason": shell.render(one.reason)} for one in report.faults]
    kept = {name: getattr(report, name) for name in ("sealed", "unsealed", "covered", "anchors")}
    return {"faults": faults, **kept}


@click.command(help="Lập mốc neo ngay bây giờ, ghi ra tệp NEUGUONG_ANCHORS, gửi thư và in ra để lưu.")
@pass_shell
def anchor(shell: Shell) -> None:
    """An anchor for this moment."""
    settings = shell.settings
    shell.application.seal()
    made = anchors.make_due(shell.application.database, settings.anchor_mail, asked=True)
    if made is None:
        raise shell.fail("anchor.nothing")
    shell.application.after_commit()
    click.echo(made.line)  # it is made, whatever becomes of the file
    if settings.anchors:
        with shell.application.database.read() as connection:
            anchors.write_down(settings.anchors, anchors.stored(connection))


@click.command(
    help="Quyền của vai trò PostgreSQL mà chương trình dùng: đọc và thêm, không sửa được nhật ký. In ra, hoặc --apply."
)
@click.argument("role")
@click.option("--apply", "run", is_flag=True, help="Chạy luôn, bằng kết nối hiện tại (chủ sở hữu các bảng).")
@pass_shell
def grants(shell: Shell, role: str, run: bool) -> None:
    """The statements for the owner to run, or run at once."""
    if not rights.is_role_name(role):
        raise shell.fail("grants.name", code=2, given=role)
    database = shell.application.database
    if database.is_sqlite:
        raise shell.fail("grants.sqlite", code=2)
    if not run:
        with database.read() as connection:
            click.echo(";\n".join(rights.grants(role, rights.tables(connection))) + ";")
        return
    try:
        with database.write() as connection:
            rights.grant(connection, role)
    except ProgrammingError as wrong:
        raise shell.fail("grants.refused", why=str(wrong.orig).strip().partition("\n")[0]) from wrong
    shell.say("grants.done", role=role)


COMMANDS: Sequence[click.Command] = (verify, anchor, grants)
