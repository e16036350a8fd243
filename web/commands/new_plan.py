"""`neuguong new-plan`: the folder of a new plan from a few questions, sound from the first line."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from config import new_plan
from config.new_plan import KINDS, TIERS, BadAnswer, Wanted
from web.commands import schema
from web.commands.folders import checked_folder
from web.commands.shell import Shell, pass_shell
from workflow.clock import local_date, wall_now
from workflow.defects import DefinitionError
from workflow.loading import LoadedPlan


@click.command(
    "new-plan",
    help="Tạo thư mục kế hoạch mới: hỏi vài câu (hoặc nhận bằng tùy chọn), viết các tệp có chú thích, kiểm tra ngay.",
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--tier", type=click.Choice([*TIERS]), help="Cơ quan cấp nào: so, bo, tinh, xa.")
@click.option("--agency", help="Mã cơ quan (chữ thường, số, gạch nối).")
@click.option("--agency-name", help="Tên cơ quan.")
@click.option("--title", help="Tên kế hoạch.")
@click.option("--period", help="Từ ngày..đến ngày: 1/1/2026..31/12/2030.")
@click.option("--levels", help="Các cấp, thấp trước: cap_phong:Cấp phòng,cap_so:Cấp Sở.")
@click.option("--kinds", help=f"Ai được xét: {', '.join(KINDS)}, hoặc mã:Tên.")
@click.option("--units", "unit_type", help="Mã loại đơn vị tham gia (một loại): phong, hoặc truong, hoặc thon.")
@click.option("--closing", "closes_on", help="Ngày mở tổng kết hằng năm: 15/9, 1/12.")
@click.option("--phase", "phases", multiple=True, help="Giai đoạn: 'Giai đoạn 1=1/1/2026..31/12/2027'; ghi nhiều lần.")
@click.option("--school-year/--calendar-year", default=None, help="Tính theo năm học hay năm dương lịch.")
@click.option("--council/--no-council", default=None, help="Có Hội đồng biểu quyết hay không.")
@click.option("--ask/--no-ask", default=None, help="Hỏi những gì chưa có (mặc định: khi có người ở bàn phím).")
@pass_shell
def make(shell: Shell, folder: Path, *, ask: bool | None, **given: Any) -> None:
    """What is neither given nor asked is what most agencies of that rank have."""
    asks = sys.stdin.isatty() if ask is None else ask
    chosen: dict[str, Any] = {}
    try:
        wanted = _wanted(shell, folder.resolve().name, given, asks=asks, chosen=chosen)
        loaded = _tried(shell, folder.resolve().name, wanted)
        written = new_plan.write(folder, wanted)
    except BadAnswer as bad:
        raise shell.fail(bad.message.key, code=2, **bad.message.params) from bad
    except FileExistsError as there:
        raise shell.fail("new_plan.there", code=2, folder=folder) from there
    except DefinitionError as unsound:
        for defect in unsound.defects:
            click.echo(shell.render(defect.line), err=True)
        raise shell.fail("new_plan.unsound", code=2, count=len(unsound.defects)) from unsound
    schema.write(folder / ".schema")
    for path in written:
        click.echo(str(path))
    shell.say("new_plan.made", folder=folder, count=len(loaded.definitions))
    if chosen and ask is None:
        shell.say("new_plan.chosen", folder=folder, chosen=[f"{name} {said}".strip() for name, said in chosen.items()])


def _tried(shell: Shell, code: str, wanted: Wanted) -> LoadedPlan:
    """The plan as it will be. Raises DefinitionError, and then nothing of it has been written where it was wanted."""
    with tempfile.TemporaryDirectory() as place:
        new_plan.write(Path(place) / code, wanted)
        return checked_folder(shell, Path(place) / code)


def _wanted(shell: Shell, code: str, given: dict[str, Any], *, asks: bool, chosen: dict[str, Any]) -> Wanted:
    def answer(name: str, usual: Any) -> Any:
        """What was given, else what is typed, else what is usual, which is told in `chosen` by its option."""
        if given[name] not in (None, ()):
            return given[name]
        if not asks:
            chosen.update(_as_option(name, usual))
            return usual
        question = shell.text(f"new_plan.ask.{name}")
        return (
            click.confirm(question, default=usual) if isinstance(usual, bool) else click.prompt(question, default=usual)
        )

    tier = answer("tier", "so")
    if tier not in TIERS:
        raise shell.fail("new_plan.bad_tier", code=2, name=tier, known=list(TIERS))
    levels, unit_type = TIERS[tier]
    year = local_date(wall_now()).year
    agency = answer("agency", tier)
    agency_name = answer("agency_name", agency)
    days = new_plan.period(answer("period", f"1/1/{year}..31/12/{year + 4}"))
    school = bool(answer("school_year", False))
    return Wanted(
        code=code, agency=agency, agency_name=agency_name, start=days[0], end=days[1],
        title=answer("title", shell.text("new_plan.usual_title", first=days[0].year, last=days[1].year)),
        levels=new_plan.named(answer("levels", levels)),
        kinds=new_plan.named(answer("kinds", "person,collective"), KINDS),
        unit_type=answer("unit_type", "truong" if school else unit_type),
        closing=answer("closes_on", "1/6" if school else "1/12"), phases=new_plan.phases(given["phases"]),
        school_year=school, council=bool(answer("council", True)),
    )  # fmt: skip


def _as_option(name: str, value: Any) -> dict[str, Any]:
    """An answer as the option that would give it."""
    option = next(one for one in make.params if one.name == name)
    if isinstance(value, bool):
        return {(option.opts if value else option.secondary_opts)[0]: ""}
    return {option.opts[0]: value}


COMMANDS = (make,)
