"""`neuguong import`: an office's Excel lists come in, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from config.wiring import Application
from states.imports import people, recognitions, records, roles, run, units
from states.imports.recognitions import Bringing
from states.imports.sheet import read_rows
from states.imports.tally import Tally
from states.imports.template import write_template
from web.commands.asking import agency_of, person_of
from web.commands.shell import Shell, pass_shell
from workflow.definition import Plan
from workflow.file_store import FileStore
from workflow.message import Refused

LISTS = {
    "people": (people.SHEET, people.COLUMNS),
    "units": (units.SHEET, units.COLUMNS),
    "roles": (roles.SHEET, roles.COLUMNS),
    "recognitions": (recognitions.SHEET, recognitions.COLUMNS),
    "records": (records.SHEET, records.COLUMNS),
}

_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_agency = click.option("--agency", "agency_code", help="Mã cơ quan, khi có nhiều cơ quan.")
_dry_run = click.option("--dry-run", is_flag=True, help="Thử bằng chính mã lệnh ghi, rồi không ghi gì.")
_json = click.option("--json", "as_json", is_flag=True, help="Kết quả dạng JSON.")


@click.group("import", help="Nhập từ Excel: đơn vị, người, vai trò, điển hình đã công nhận, thành tích.")
def group() -> None:
    """The lists an office already keeps."""


def _simple(kind: str, title: str) -> click.Command:
    @group.command(kind, help=title)
    @_file
    @_agency
    @_dry_run
    @_json
    @pass_shell
    def command(shell: Shell, file: Path, agency_code: str | None, dry_run: bool, as_json: bool) -> None:
        application = shell.application
        agency_id = agency_of(shell, agency_code)
        apply = {
            "units": lambda: run.applying_units(agency_id, _unit_types(shell, agency_id)),
            "people": lambda: run.applying_people(agency_id),
            "roles": lambda: run.applying_roles(agency_id, _plan(shell, agency_id).roles),
            "records": lambda: run.applying_records(agency_id, _plan(shell, agency_id).values),
        }[kind]()
        _finish(shell, _run(shell, application, kind, file, apply, dry_run), dry_run, as_json)

    return command


for _kind, _title in (
    ("units", "Danh sách đơn vị."),
    ("people", "Danh sách người; đơn vị phải có trước."),
    ("roles", "Ai giữ vai trò nào; người và đơn vị phải có trước."),
    ("records", "Xếp loại, danh hiệu, sáng kiến, kỷ luật …; người và đơn vị phải có trước."),
):
    _simple(_kind, _title)


@group.command("recognitions", help="Điển hình đã được công nhận từ trước; mỗi dòng kèm tệp quyết định.")
@_file
@click.option("--as", "who", required=True, help="Người nhập (mã hoặc tên đăng nhập), giữ vai trò Văn phòng.")
@click.option(
    "--files", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Thư mục chứa các tệp quyết định (mặc định: cạnh tệp Excel).",
)  # fmt: skip
@_agency
@_dry_run
@_json
@pass_shell
def bring_in(
    shell: Shell, file: Path, who: str, folder: Path | None, agency_code: str | None, dry_run: bool, as_json: bool
) -> None:
    """Each line begins a case at the level held, as an event of the one who imports."""
    application = shell.application
    agency_id = agency_of(shell, agency_code)
    with _papers(application, dry_run) as store:
        bringing = Bringing(
            agency_id, _person_id(shell, agency_id, who), _plan(shell, agency_id), application.catalogue,
            application.registry, store, folder or file.absolute().parent, application.database.new_id,
        )  # fmt: skip
        tally = _run(
            shell, application, "recognitions", file,
            lambda connection, lines, sorting: recognitions.apply(connection, lines, sorting, bringing), dry_run,
        )  # fmt: skip
    _finish(shell, tally, dry_run, as_json)


@contextmanager
def _papers(application: Application, dry_run: bool) -> Iterator[FileStore]:
    """Where the decisions' files go; on trial, a folder that is thrown away."""
    if not dry_run:
        yield application.files
        return
    with TemporaryDirectory(prefix="neuguong-") as folder:
        yield FileStore(Path(folder))


@group.command("template", help="Ghi một tệp Excel trống đúng các cột của danh sách.")
@click.argument("kind", type=click.Choice(sorted(LISTS)))
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@pass_shell
def template(shell: Shell, kind: str, file: Path) -> None:
    """Headings, and an example behind each."""
    sheet, columns = LISTS[kind]
    try:
        file.write_bytes(write_template(sheet, columns))
    except OSError as error:
        raise shell.fail("import.cannot_write", file=file) from error


def _run(shell: Shell, application: Application, kind: str, file: Path, apply: run.Apply, dry_run: bool) -> Tally:
    sheet, columns = LISTS[kind]
    try:
        return run.run(application.database, read_rows(file, sheet), columns, apply, dry_run=dry_run)
    except Refused as refused:
        first = refused.reasons[0]
        raise shell.fail(first.key, **first.params) from refused


def _finish(shell: Shell, tally: Tally, dry_run: bool, as_json: bool) -> None:
    """Exit code 1 when anything is wrong: then nothing was written."""
    application, language = shell.application, shell.settings.language
    texts = [application.texts.render(problem.message(), language) for problem in tally.problems]
    counts = {"added": tally.added, "changed": tally.changed, "same": tally.same}
    if as_json:
        found = [
            {"row": problem.row, "column": problem.column, "heading": problem.heading, "text": text}
            for problem, text in zip(tally.problems, texts, strict=True)
        ]
        shell.say_json({"written": tally.written, **counts, "problems": found})
    else:
        for text in texts:
            click.echo(text, err=True)
        if not texts:
            shell.say("import.tried" if dry_run else "import.done", **counts)
        else:
            click.echo(shell.text("import.not_written", count=len(texts)), err=True)
    if tally.problems:
        raise SystemExit(1)


def _plan(shell: Shell, agency_id: str) -> Plan:
    with shell.application.database.read() as connection:
        found = shell.application.catalogue.living_plan(connection, agency_id)
    if found is None:
        raise shell.fail("import.no_plan")
    return found[1]


def _unit_types(shell: Shell, agency_id: str) -> tuple[str, ...]:
    """Those of the plan; units may come before any plan."""
    with shell.application.database.read() as connection:
        found = shell.application.catalogue.living_plan(connection, agency_id)
    return found[1].unit_types if found else ()


def _person_id(shell: Shell, agency_id: str, who: str) -> str:
    with shell.application.database.read() as connection:
        found = person_of(connection, agency_id, who)
    if found is None:
        raise shell.fail("import.who", code=2, name=who)
    return found


COMMANDS = (group,)
