"""`neuguong simulate`: a plan lived through before it is in force, on a scratch database; two of them side by side."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from web.commands.folders import checked_folder
from web.commands.shell import Shell, pass_shell
from workflow.defects import DefinitionError
from workflow.loading import LoadedPlan
from workflow.message import Refused
from workflow.simulation.apart import Broken, live_apart
from workflow.simulation.order import Order, Wanted
from workflow.simulation.report import Report
from workflow.simulation.scenario import FILE, Scenario, read_scenario

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])
CHILD = "config.foresight.child"
WIDEST = 60  # letters of a table's first column


@click.command(
    help="Chạy thử một kế hoạch trên đồng hồ ảo, với người giả định: chỗ trễ, chỗ dồn việc, hạn rơi vào Tết, kết quả."
)
@click.argument("plan_dir", type=_FOLDER)
@click.option("--from", "first", type=_DAY, help="Ngày đầu; mặc định: năm cuối của kế hoạch.")
@click.option("--to", "last", type=_DAY, help="Ngày cuối; mặc định: ngày cuối của kế hoạch.")
@click.option("--people", type=click.IntRange(0, 20_000), default=0, help="Ít nhất bấy nhiêu người.")
@click.option("--units", type=click.IntRange(0, 500), default=0, help="Ít nhất bấy nhiêu phòng, đơn vị.")
@click.option(
    "--nominees",
    type=click.IntRange(0, 50_000),
    default=100,
    show_default=True,
    help="Số lượt giới thiệu, người hay tập thể.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="Cùng số này thì kết quả như nhau."
)
@click.option(
    "--scenario", "said", type=_READABLE, help=f"Giả định về con người; mặc định: {FILE} của kế hoạch, nếu có."
)
@click.option("--against", type=_FOLDER, help="So với kế hoạch này, cùng số ngẫu nhiên.")
@click.option("--against-scenario", "other_said", type=_READABLE, help="So với giả định này.")
@click.option("--json", "as_json", is_flag=True, help="Kết quả dạng JSON.")
@pass_shell
def simulate(  # noqa: PLR0913 - one parameter an option
    shell: Shell, plan_dir: Path, first: datetime | None, last: datetime | None, people: int, units: int,
    nominees: int, seed: int, said: Path | None, against: Path | None, other_said: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Touches no database of the installation; what it makes it throws away."""
    ways = [(plan_dir, said)]
    if against is not None or other_said is not None:
        ways.append((against or plan_dir, other_said or (said if against is None else None)))
    orders = []
    for folder, given in ways:
        loaded, scenario = _loaded(shell, folder), _scenario(shell, folder, given)
        begin, end = _days(shell, loaded, first, last)
        wanted = Wanted(begin, end, people, units, nominees, seed)
        orders.append(Order(wanted, scenario, loaded, folder.resolve(), language=shell.settings.language))
    try:
        reports = live_apart(orders, CHILD)
    except Broken as broken:
        raise shell.fail("simulate.broke", why=str(broken)) from broken
    tell(shell, reports, as_json=as_json)


def _loaded(shell: Shell, folder: Path) -> LoadedPlan:
    try:
        return checked_folder(shell, folder.resolve())
    except DefinitionError as error:
        raise click.ClickException("\n".join(shell.render(defect.line) for defect in error.defects)) from error


def _scenario(shell: Shell, folder: Path, given: Path | None) -> Scenario:
    path = given or folder / FILE
    if given is None and not path.is_file():
        return Scenario()
    try:
        return read_scenario(path)
    except Refused as refused:
        raise click.ClickException("\n".join(shell.render(one) for one in refused.reasons)) from refused


def _days(shell: Shell, loaded: LoadedPlan, first: datetime | None, last: datetime | None) -> tuple[date, date]:
    """Where nobody says: the last year of the plan, or the year of the day that is said."""
    plan = loaded.plan
    end = last.date() if last else max(plan.end, first.date() if first else plan.end)
    new_year = date(end.year, 1, 1)
    begin = first.date() if first else max(new_year, plan.start if plan.start <= end else new_year)
    if end < begin:
        raise shell.fail("simulate.backwards", code=2, first=begin, last=end)
    return begin, end


def tell(shell: Shell, reports: list[Report], *, as_json: bool) -> None:
    """As JSON, or in tables: one report whole, of two what differs."""
    from web.foresight import compared, figures, headline
    from workflow.simulation.comparing import differences

    if as_json:
        said: dict[str, Any] = {"reports": [one.to_json() for one in reports]}
        if len(reports) > 1:
            said["differences"] = [{**vars(one), "change": one.change} for one in differences(*reports)]
        shell.say_json(said)
        return
    for report in reports:
        shell.say("simulate.about", title=report.title, first=report.first, last=report.last, seed=report.seed,
                  people=report.people, units=report.units, nominees=report.nominees)  # fmt: skip
        for name, value in headline(report, shell.text):
            click.echo(f"  {name}: {value}")
        if len(reports) == 1:
            for figure in figures(report, shell.text):
                _table(figure)
        shell.say("simulate.head", head=report.audit_head, events=report.events)
        shell.say("simulate.took", seconds=round(report.seconds, 1), cpu=round(report.cpu_seconds, 1))
    if len(reports) > 1:
        _table(compared(*reports, shell.text))


def _table(figure: Any) -> None:
    """A figure in columns as wide as what stands in them."""
    rows = [tuple(_cell(one) for one in row) for row in (figure.heads, *figure.rows)]
    widths = [min(max(len(row[place]) for row in rows), WIDEST) for place in range(len(figure.heads))]
    click.echo(f"\n{figure.title}")
    for row in rows:
        cells = [text.ljust(width) if place == 0 else text.rjust(width) for place, (text, width)
                 in enumerate(zip(row, widths, strict=True))]  # fmt: skip
        click.echo("  " + "  ".join(cells).rstrip())
    if figure.note:
        click.echo(f"  {figure.note}")


def _cell(value: str | int | float) -> str:
    return f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)


COMMANDS = (simulate,)
