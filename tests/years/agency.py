"""The agency: twelve units, 120 people, the seed's plan moved to 2022-2025."""

from __future__ import annotations

import shutil
from pathlib import Path

import sqlalchemy as sa

from config.settings import Settings
from states.certificates.issuing import Certificates
from states.documents.deliver import Papers
from tests.cast import SEED, Cast, Told, make_cast
from workflow.folding import fold
from workflow.organisation import agency, person
from workflow.outbox import Claim, Finish

FIRST, LAST = 2022, 2025
UNITS = {
    "bgd": "Ban Giám đốc",
    "vp": "Văn phòng Sở",
    "ttra": "Thanh tra Sở",
    "ttbc": "Phòng Thông tin - Báo chí - Xuất bản",
    "bcvt": "Phòng Bưu chính - Viễn thông",
    "cntt": "Phòng Công nghệ thông tin",
    "khtc": "Phòng Kế hoạch - Tài chính",
    "cds": "Phòng Chuyển đổi số",
    "attt": "Phòng An toàn thông tin",
    "qlkh": "Phòng Quản lý khoa học",
    "ttcn": "Trung tâm Công nghệ số",
    "ttdl": "Trung tâm Dữ liệu",
    "ttcd": "Trung tâm Chứng thực điện tử",
}
WORKING = [code for code in UNITS if code != "bgd"]
IN_A_UNIT = 9
FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương")
GIVEN = (
    "Thị Thu Hà",
    "Văn Hùng",
    "Thị Ngọc Lan",
    "Đức Thắng",
    "Minh Tuấn",
    "Thị Bích Liên",
    "Quang Huy",
    "Thị Kim Oanh",
    "Hữu Phước",
    "Thị Minh Nguyệt",
)

_CHANGES = (
    ("plan.yaml", "period: 2023-04-03..2025-12-31", "period: 2022-01-01..2025-12-31"),
    ("plan.yaml", "within: 2023-04-03..2024-12-31", "within: 2022-01-01..2024-12-31"),
    ("plan.yaml", "remind: [7, 3, 1, 0]  ", "remind: [0]  "),  # letters are not what is counted here
    ("plan.yaml", "  topics:   {start: living_topic", "#  topics: {start: living_topic"),
)


def plan_of_four_years(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """The seed's plan for 2022-2025, without the monthly topics; a change that does not apply is an error."""
    plan = folder / SEED.name
    shutil.copytree(SEED, plan)
    for name, old, new in (*_CHANGES, *changes):
        text = (plan / name).read_text("utf-8")
        assert old in text, old
        (plan / name).write_text(text.replace(old, new, 1), "utf-8")
    return plan


def people() -> dict[str, tuple[str, tuple[str, ...]]]:
    """code → (unit, roles): 120 people; the first of a unit leads it."""
    staff: dict[str, tuple[str, tuple[str, ...]]] = {
        "director": ("bgd", ("director", "council_chair")),
        "deputy": ("bgd", ("council_member",)),
        **{f"council{n}": ("bgd", ("council_member",)) for n in range(3, 6)},
        "office": ("vp", ("office", "council_secretary")),
        "office2": ("vp", ("office",)),
        "clerk": ("vp", ("clerk",)),
        "press": ("ttbc", ("press_unit",)),
        "adviser": ("bgd", ()),
    }
    for code in WORKING:
        for number in range(IN_A_UNIT):
            staff[f"{code}{number}"] = (code, ("unit_head",) if number == 0 else ())
    staff |= {f"extra{n}": (WORKING[n], ()) for n in range(120 - len(staff))}
    return staff


class Reports:
    """Of all papers only reviews' numbered reports are made, by the product's own hands: others prove nothing here."""

    def __init__(self, *years: int) -> None:
        self.years = years or (LAST,)
        self.cast: Cast | None = None
        self.papers: Papers | None = None

    def __call__(self, claimed: Claim, finish: Finish) -> None:
        """An outbox handler."""
        assert self.cast is not None
        assert self.papers is not None
        row = self.cast.row(claimed.case_id)
        if row.process == "annual_review" and row.year in self.years and row.state in ("sending", "filing", "archived"):
            self.papers(claimed, finish)
            return
        with self.cast.app.database.write() as connection:
            finish(connection)


def found(url: str, files: Path, plan: Path, reports: Reports, *, office: str = "") -> Cast:
    """The agency on its first working day. The database is migrated already."""
    told = Told()
    settings = Settings(database_url=url, files=files, office=office)
    cast = make_cast(
        settings,
        folder=plan,
        cast=people(),
        units=UNITS,
        start=f"{FIRST}-01-04",
        handlers={"notice": told, "document": reports},
    )
    told.database = cast.app.database
    _name(cast)
    reports.cast = cast
    reports.papers = Papers(
        cast.app.database, cast.app.files, cast.app.engine.view, office, Certificates(settings.base_url)
    )
    return cast


def _name(cast: Cast) -> None:
    """The agency's superior and place, and names as people have them."""
    head = {"parent_name": "Ủy ban nhân dân tỉnh", "place": "Tỉnh lỵ"}
    with cast.app.database.write() as connection:
        connection.execute(sa.update(agency).where(agency.c.id == cast.agency_id).values(head))
        for number, code in enumerate(cast.people):
            name = f"{FAMILIES[number % len(FAMILIES)]} {GIVEN[number // len(FAMILIES) % len(GIVEN)]}"
            named = sa.update(person).where(person.c.id == cast.people[code])
            connection.execute(named.values(name=name, folded=fold(name)))
