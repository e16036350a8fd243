"""Six decisions in a row, by our engine: the agency they are made in, and a client who makes them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from config import migrations
from config.settings import Settings
from config.wiring import build
from states.subjects.enrol import enrol_other
from tests.bench.interleaved import Call, Make, Prepare
from tests.cast import Cast, make_cast

PLAN = Path(__file__).parent / "six_steps"
PEOPLE = {
    "maker": ("cntt", ()), "head": ("cntt", ("unit_head",)), "office": ("vp", ("office",)),
    "secretary": ("vp", ("secretary",)), "director": ("bgd", ("director",)), "clerk": ("vp", ("clerk",)),
    **{f"p{number}": ("cntt", ()) for number in range(60)},
}  # fmt: skip
UNITS = {"bgd": "Ban Giám đốc", "vp": "Văn phòng", "cntt": "Phòng Công nghệ thông tin"}
STEPS = (("maker", "propose"), ("head", "approve"), ("office", "check"), ("secretary", "vote"), ("director", "sign"),
         ("clerk", "issue"))  # fmt: skip


def install(url: str) -> Cast:
    """The six steps with their people, two of them away."""
    migrations.upgrade(url)
    cast = make_cast(Settings(database_url=url), folder=PLAN, cast=PEOPLE, units=UNITS)
    today = cast.now().date()
    for away, deputy in (("p1", "p2"), ("p3", "p4")):
        cast.absent(away, deputy, today, today + timedelta(days=9))
    cast.app.dispose()
    return cast


def engine(cast: Cast) -> Make:
    """A client decides its own cases, one step after the other."""

    def make(_number: int) -> tuple[Call, Prepare]:
        cast.app = build(cast.app.settings)  # connections of this process
        walk = Walk(cast)
        return walk.call, walk.prepare

    return make


class Walk:
    """A client and the case that it decides."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.step = cast, len(STEPS)
        self.case_id, self.version = "", 0

    def prepare(self) -> None:
        """A new case, when the last has come to its end."""
        if self.step == len(STEPS):
            self.begin()

    def call(self) -> None:
        """The next decision of the case."""
        who, action = STEPS[self.step]
        receipt = self.cast.app.engine.act(
            self.cast.actor(who), case_id=self.case_id, action=action, case_version=self.version,
            inputs={"note": "Looks complete; the nominee meets criteria 1-4."},
        )  # fmt: skip
        self.version, self.step = receipt.case_version, self.step + 1

    def begin(self) -> str:
        """A new case, before its first decision."""
        cast, new_id = self.cast, self.cast.app.database.new_id
        with cast.app.database.write() as connection:
            subject = enrol_other(
                connection, cast.agency_id, kind="person", name=f"Người {new_id()}", unit_id=cast.units["cntt"],
                new_id=new_id,
            )  # fmt: skip
        about = {"subject_type": "subject", "subject_id": subject}
        begun = cast.app.engine.start(cast.actor("maker"), process="nomination", action="open", inputs={}, **about)
        self.case_id, self.version, self.step = begun.case_id, 1, 0
        return self.case_id
