"""A new plan's folder from a few answers: small, sound, commented in Vietnamese; its templates lie beside this file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import jinja2

from workflow.cadences import parse_point
from workflow.deadline_grammar import DeadlineSyntaxError, Misread, read_date
from workflow.grammar import NAME
from workflow.message import Message

CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
TIERS: dict[str, tuple[str, str]] = {  # an agency of this rank: its usual levels, and what its units are called
    "so": ("cap_phong:Cấp phòng,cap_so:Cấp Sở", "phong"),
    "bo": ("cap_don_vi:Cấp đơn vị,cap_bo:Cấp Bộ", "vu_cuc"),
    "tinh": ("cap_co_quan:Cấp cơ quan,cap_tinh:Cấp tỉnh", "co_quan"),
    "xa": ("cap_xa:Cấp xã", "thon"),
}
KINDS = {"person": "Cá nhân", "collective": "Tập thể", "ho_gia_dinh": "Hộ gia đình", "mo_hinh": "Mô hình"}
PROCESSES = ("dien_hinh", "tong_ket", "bao_cao")
OF_COUNCILS = "phien_hop"


class BadAnswer(ValueError):
    """What somebody asked for makes no plan; `message` says what to write instead."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True)
class Named:
    """A level or a kind: its code in the files, and what people read."""

    code: str
    title: str


@dataclass(frozen=True)
class Phase(Named):
    """A dated part of the plan, both days included."""

    start: date
    end: date


@dataclass(frozen=True)
class Wanted:
    """What a plan is to be like. `closing`: the day of the year, `20/10`, on which the yearly closing opens."""

    code: str
    agency: str
    agency_name: str
    title: str
    start: date
    end: date
    levels: tuple[Named, ...]
    kinds: tuple[Named, ...]
    unit_type: str
    closing: str
    phases: tuple[Phase, ...] = ()
    school_year: bool = False
    council: bool = True

    def __post_init__(self) -> None:
        for code in (self.code, self.agency):
            if not CODE.fullmatch(code):
                raise BadAnswer(Message("new_plan.bad_code", {"name": code}))
        for name in (self.unit_type, *(one.code for one in (*self.levels, *self.kinds, *self.phases))):
            if not re.fullmatch(NAME, name):
                raise BadAnswer(Message("new_plan.bad_name", {"name": name}))
        _once(self.levels)
        _once(self.kinds)
        try:
            parse_point("year", self.closing)
        except DeadlineSyntaxError as error:
            raise BadAnswer(Message("new_plan.bad_day", {"text": self.closing})) from error
        if not self.levels or not self.kinds or self.end < self.start:
            raise BadAnswer(Message("new_plan.nothing", {}))
        for phase in self.phases:
            if not self.start <= phase.start <= phase.end <= self.end:
                raise BadAnswer(Message("new_plan.phase_outside", {"name": phase.title}))


def _once(named_ones: Sequence[Named]) -> None:
    codes = [one.code for one in named_ones]
    if twice := next((code for code in codes if codes.count(code) > 1), ""):
        raise BadAnswer(Message("new_plan.twice", {"name": twice}))


def named(text: str, known: dict[str, str] | None = None) -> tuple[Named, ...]:
    """`cap_phong:Cấp phòng,cap_so:Cấp Sở`; a code that is known alone needs no title. Raises BadAnswer."""
    found = []
    for part in filter(None, map(str.strip, text.split(","))):
        code, _, title = (piece.strip() for piece in part.partition(":"))
        title = title or (known or {}).get(code, "")
        if not title:
            raise BadAnswer(Message("new_plan.no_title", {"name": code}))
        found.append(Named(code, title))
    return tuple(found)


def period(text: str) -> tuple[date, date]:
    """`1/1/2026..31/12/2030`. Raises BadAnswer."""
    first, _, last = text.partition("..")
    try:
        return read_date(first.strip()), read_date(last.strip())
    except Misread as error:
        raise BadAnswer(Message("new_plan.bad_period", {"text": text})) from error


def phases(texts: Sequence[str]) -> tuple[Phase, ...]:
    """`Giai đoạn 1=1/1/2026..31/12/2027` each. Raises BadAnswer."""
    found = []
    for number, text in enumerate(texts, start=1):
        title, _, days = text.partition("=")
        start, end = period(days)
        found.append(Phase(f"giai_doan_{number}", title.strip(), start, end))
    return tuple(found)


def write(folder: Path, wanted: Wanted) -> list[Path]:
    """The folder with its files; none of it may be there yet. Raises FileExistsError."""
    processes = (*PROCESSES, *((OF_COUNCILS,) if wanted.council else ()))
    names = {"plan.yaml": "plan", "organisation.yaml": "organisation"}
    names |= {f"processes/{name}.yaml": name for name in processes}
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(folder)
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), undefined=jinja2.StrictUndefined, trim_blocks=True,
        keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip
    decided = wanted.levels if len(wanted.levels) == 1 else wanted.levels[1:]
    said = {**vars(wanted), "quoted": quoted, "councils": [f"hoi_dong_{level.code}" for level in decided]}
    written = []
    for name, template in names.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(templates.get_template(f"{template}.yaml.jinja").render(said), encoding="utf-8")
        written.append(path)
    return written


def quoted(text: str) -> str:
    """A text as YAML takes it anywhere, in braces, too."""
    return "'" + text.replace("'", "''") + "'"
