"""`neuguong new`: a folder for an agency of one's own, out of a plan that is there, with its first person in it."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import click
import yaml

from config.organisation_file import FILE
from config.settings import SHIPPED_PLANS
from states.office.issuer import LONGEST
from states.office.moving_dates import first_and_last, move
from states.office.plan_files import PLAN_FILE, as_folder, entries, replaced, sources, trees, written
from states.registration import register
from web.capability import office_role
from web.commands.asking import agency_of, agency_option
from web.commands.shell import Shell, pass_shell
from workflow.clock import local_date, wall_now
from workflow.folding import fold
from workflow.loading import load_plan
from workflow.message import Refused
from workflow.registry import Registry

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,60}")


@click.command(help="Tạo thư mục kế hoạch cho cơ quan của bạn từ mẫu, với một người quản trị; hỏi từng điều.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--like", "model", metavar="KẾ_HOẠCH", help="Mẫu để chép; không nêu thì được hỏi.")
@click.option("--name", help="Tên cơ quan.")
@click.option("--parent-name", help="Cơ quan chủ quản, in trên tên cơ quan: Ủy ban nhân dân tỉnh …")
@click.option("--short-name", help="Tên viết tắt trong số văn bản: SVHTT.")
@click.option("--place", help="Địa danh trước ngày ký: Thành phố …")
@click.option("--code", help="Mã cơ quan: chữ thường không dấu, số, gạch nối.")
@click.option("--admin", "person", help="Họ tên người quản trị đầu tiên.")
@click.option("--login", help="Tên đăng nhập của người ấy.")
@click.option("--email", help="Thư điện tử của người ấy.")
@click.option(
    "--move/--keep-dates", "moving", default=None, help="Kế hoạch mẫu đã hết thời gian: dời sang năm nay, hay để vậy."
)
@pass_shell
def new(shell: Shell, folder: Path, model: str | None, moving: bool | None, **asked: str | None) -> None:
    """Asks for what was not given; writes nothing into a folder that is there."""
    if folder.exists() and any(folder.iterdir()):
        raise shell.fail("new.there", code=2, folder=folder)
    source = _model(shell, model)
    moves = _moves(shell, source, moving, asks=asked["name"] is None)
    told = _answers(shell, asked)
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(FILE), dirs_exist_ok=True)
    _own(folder, source, told)
    if moves:
        _moved(shell, folder, _today().year)
    registry = Registry()
    register(registry)
    plan = load_plan(folder, registry=registry).plan
    unit_type = plan.unit_types[0] if plan.unit_types else ""
    (folder / FILE).write_text(_organisation(shell, told, unit_type, office_role(plan)), encoding="utf-8")
    if plan.end < _today():
        shell.say("new.over", folder=folder, day=plan.end)
    shell.say("new.done", folder=folder)
    for line in (f"init {folder}", f"invite {told['login']} --admin", "up"):
        click.echo(f"  neuguong {line}")


def _today() -> date:
    return local_date(wall_now())


def _last_day(source: Path) -> date:
    return first_and_last((source / PLAN_FILE).read_text(encoding="utf-8"))[1]


def _moves(shell: Shell, source: Path, given: bool | None, *, asks: bool) -> bool:
    """Whether the days of a plan that is over are moved; who gives the name as an option is asked nothing more."""
    last, today = _last_day(source), _today()
    if last >= today or given is not None:
        return last < today and bool(given)
    return click.confirm(shell.text("new.ask.move", day=last, year=today.year), default=True) if asks else True


def _moved(shell: Shell, folder: Path, year: int) -> None:
    first, last = move(folder, year)
    shell.say("new.moved", file=folder / PLAN_FILE, first=first, last=last)


def _model(shell: Shell, name: str | None) -> Path:
    known = {path.parent.name: path.parent for path in sorted(shell.settings.plans.glob(f"*/{PLAN_FILE}"))}
    known = known or {path.parent.name: path.parent for path in sorted(SHIPPED_PLANS.glob(f"*/{PLAN_FILE}"))}
    if name is None:
        return _chosen(shell, list(known.values()))
    if name not in known:
        raise shell.fail("new.no_model", code=2, name=name, known=list(known))
    return known[name]


def _chosen(shell: Shell, known: list[Path]) -> Path:
    """The one asked for by its number, each by its title and period; the only one there is, unasked."""
    if len(known) == 1:
        return known[0]
    running = [number for number, path in enumerate(known, start=1) if _last_day(path) >= _today()]
    for number, path in enumerate(known, start=1):
        text = (path / PLAN_FILE).read_text(encoding="utf-8")
        root, (first, last) = dict(entries(trees({PLAN_FILE: text})[PLAN_FILE])), first_and_last(text)
        key = "new.model" if number in running else "new.model_over"
        shell.say(key, number=number, title=root["title"].value, first=first, last=last, **_fits_whom(shell, root))
    usual = running[0] if running else 1
    return known[click.prompt(shell.text("new.ask.model"), type=click.IntRange(1, len(known)), default=usual) - 1]


def _fits_whom(shell: Shell, root: dict[str, Any]) -> dict[str, list[str]]:
    """In the plan's own words: which units take part, who may be recognised, up to which level, in which phases."""
    types = dict(entries(root.get("units"))).get("types")
    codes = [str(one.value) for one in types.value] if types is not None else []
    levels = [inner for one in root["levels"].value for _, inner in entries(one)]
    titled = {name: [_title(inner) for _, inner in entries(root.get(name))] for name in ("kinds", "phases")}
    known = shell.wired.texts
    return {
        "units": [
            shell.text(f"unit_type.{one}") if known.has(f"unit_type.{one}", "vi") else one.replace("_", " ")
            for one in codes
        ],
        "levels": [str(one.value) for one in levels], **{name: found or ["–"] for name, found in titled.items()},
    }  # fmt: skip


def _title(node: Any) -> str:
    return str(getattr(dict(entries(node)).get("title"), "value", getattr(node, "value", "")))


def _answers(shell: Shell, asked: dict[str, str | None]) -> dict[str, str]:
    told: dict[str, str] = {}
    known = {name: asked.get(name) or "" for name in LONGEST} if asked.get("name") is not None else {}
    asked = {**asked, **known}  # who gives the name as an option is asked nothing more of the papers' head
    for name in ("name", *LONGEST, "code", "person", "login", "email"):
        usual = {
            "code": _code_of(told.get("name", "")),
            "login": _login_of(told.get("person", "")),
            "email": "",
            **dict.fromkeys(LONGEST, ""),
        }
        text = asked.get(name)
        while text is None or not _fits(name, text.strip()):
            if text is not None and asked.get(name) is not None:
                raise shell.fail(f"new.wrong.{name}", code=2, value=text)
            text = click.prompt(
                shell.text(f"new.ask.{name}"), default=usual.get(name), show_default=bool(usual.get(name))
            )
        told[name] = text.strip()
    return told


def _fits(name: str, text: str) -> bool:
    pattern = {"code": _CODE, "login": _LOGIN}.get(name)
    if name in LONGEST:
        return len(text) <= LONGEST[name] and (not text or text.isprintable())
    if name == "email":
        return not text or ("@" in text and " " not in text)
    return bool(pattern.fullmatch(text)) if pattern else bool(text) and len(text) <= 200 and text.isprintable()


def _code_of(name: str) -> str:
    return "-".join(fold(name).split())[:40].strip("-") or "so"


def _login_of(name: str) -> str:
    """hanh.nt for Nguyễn Thị Hạnh."""
    words = fold(name).split()
    return f"{words[-1]}.{''.join(word[0] for word in words[:-1])}".rstrip(".") if words else ""


def _own(folder: Path, source: Path, told: dict[str, str]) -> None:
    """The plan is this agency's: its code in place of the model's, and its name in comments; all else is kept."""
    files = {PLAN_FILE: (folder / PLAN_FILE).read_text(encoding="utf-8")}
    old = dict(entries(trees(files)[PLAN_FILE]))["agency"].value
    for key in ("agency", "plan"):
        node = dict(entries(trees(files)[PLAN_FILE]))[key]
        place = written(files, PLAN_FILE, node)
        if place is not None:
            text = told["code"] if key == "agency" else place.text.replace(old, told["code"], 1)
            files = replaced(files, place, text)
    lines, name = files[PLAN_FILE].splitlines(keepends=True), _name_in(source)
    own = [line.replace(name, told["name"]) if name and line.startswith("#") else line for line in lines]
    (folder / PLAN_FILE).write_text("".join(own), encoding="utf-8")


def _name_in(source: Path) -> str:
    """The name of the agency a model was written for; "" where it has no file of people."""
    path = source / FILE
    known = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return str(((known or {}).get("agency") or {}).get("name") or "")


def _organisation(shell: Shell, told: dict[str, str], unit_type: str, role: str) -> str:
    person: dict[str, Any] = {"name": told["person"], "unit": "VP", "login": told["login"]}
    if told["email"]:
        person["email"] = told["email"]
    unit = {"name": shell.text("new.office"), **({"type": unit_type} if unit_type else {}), "position": "1"}
    data = {
        "agency": {"code": told["code"], "name": told["name"], **{one: told[one] for one in LONGEST if told[one]}},
        "units": {"VP": unit},
        "people": {"CB001": person},
        "roles": [{"person": "CB001", "role": role}],
    }
    return f"# {shell.text('new.comment')}\n" + yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


@click.command("write-plan", help="Ghi các tệp của kế hoạch đang áp dụng ra một thư mục, cả con số đã sửa trên trang.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@agency_option
@pass_shell
def write_plan(shell: Shell, folder: Path, agency_code: str | None) -> None:
    """What `init` would take again; writes nothing into a folder that is there."""
    if folder.exists() and any(folder.iterdir()):
        raise shell.fail("new.there", code=2, folder=folder)
    application, agency_id = shell.application, agency_of(shell, agency_code)
    with application.database.read() as connection:
        found = application.catalogue.living_plan(connection, agency_id)
        if found is None:
            raise shell.fail("import.no_plan")
        try:
            files = sources(connection, found[0])
        except Refused as refused:
            raise click.ClickException(shell.render(refused.reasons[0])) from refused
    with as_folder(files, folder.name) as made:
        shutil.copytree(made.parent, folder.parent, dirs_exist_ok=True)
    shell.say("new.written", folder=folder)


@click.command("move-plan", help="Dời thời gian của kế hoạch trong một thư mục: giai đoạn và việc có ngày dời theo.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--year", type=click.IntRange(2000, 2999), help="Năm bắt đầu; không nêu: năm nay.")
@pass_shell
def move_plan(shell: Shell, folder: Path, year: int | None) -> None:
    """What `new` does to a model that is over, for a folder that is there."""
    if not (folder / PLAN_FILE).exists():
        raise shell.fail("new.no_plan_file", code=2, folder=folder)
    _moved(shell, folder, year or _today().year)


COMMANDS = (new, write_plan, move_plan)
