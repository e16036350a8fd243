"""Forms by which the office edits its own data: read, checked by the domain, shown again with what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from flask import g, request

from states.amendments.model import LONGEST_GROUND, history
from states.office.editing import Edit, Stale
from web.application import application
from web.forms import Entries
from web.language import render_message, t
from workflow.message import Invalid, Message

SEEN = "seen-"


@dataclass(frozen=True)
class Moved:
    """A value that somebody else changed while a form was open: as it was seen, as it stands, as it was typed."""

    title: str
    seen: str
    now: str
    typed: str


@dataclass
class Form:
    """One form of an edit. `names` are its fields; what was seen comes along with it, and what was typed comes back."""

    names: Sequence[str]
    needed: Sequence[str] = ()
    stored: Mapping[str, str] = field(default_factory=dict)
    alias: Mapping[str, str] = field(default_factory=dict)  # what the domain calls a field → its name here
    entries: Entries = field(init=False)
    moved: list[Moved] = field(default_factory=list)
    by: str = ""  # who changed it meanwhile, and when
    status: int = 200

    def __post_init__(self) -> None:
        self.entries = Entries(request.form)

    def read(self) -> dict[str, str]:
        """What was typed, by field; each a line of readable text."""
        return {name: self.entries.line(name, titles(name), needed=name in self.needed) for name in self.names}

    @property
    def values(self) -> Mapping[str, str]:
        """What the fields show: what was typed, else what is stored."""
        return {name: request.form.get(name, self.stored.get(name, "")) for name in (*self.names, "ground")}

    @property
    def seen(self) -> Mapping[str, str]:
        """What the page shows as seen from now on, to come back with the form."""
        return {name: self.stored[name] for name in self.names if name in self.stored}

    def edit(self, *, ground_needed: bool = False) -> Edit:
        """Who edits, on what ground, having seen what."""
        ground = self.entries.line("ground", t("office.ground"), needed=ground_needed)
        if len(ground) > LONGEST_GROUND:
            self.entries.problems["ground"] = Message("import.too_long", {"longest": LONGEST_GROUND})
        seen = {name: request.form[SEEN + name] for name in self.names if SEEN + name in request.form}
        return Edit(g.person.id, ground, seen or None)

    def attempt(self, write: Callable[[], None]) -> bool:
        """Whether it was written; otherwise the page says why, and `status` with which status."""
        if not self.entries.problems:
            try:
                write()
                return True
            except Stale as stale:
                self._show(stale)
            except Invalid as invalid:
                self.entries.problems |= {self.alias.get(one, one): what for one, what in invalid.fields.items()}
        self.status = self.status if self.status == 409 else 422
        return False

    def _show(self, stale: Stale) -> None:
        self.status, self.stored = 409, stale.now
        self.moved = [
            Moved(titles(name), stale.seen[name], stale.now[name], request.form.get(name, ""))
            for name in stale.changed
        ]  # fmt: skip

    def told_by(self, row_id: str) -> None:
        """Say who made the last change of this row, where somebody did meanwhile."""
        if self.moved:
            with application().database.read() as connection:
                last = history(connection, g.agency_id, row_id=row_id, limit=1)
            self.by = g.org.name(last[0]["made_by"]) if last else ""

    @property
    def errors(self) -> dict[str, str]:
        """name → sentence; what is wrong with the line as a whole stands at its first field."""
        said = {name or self.names[0]: render_message(what) for name, what in self.entries.problems.items()}
        return {name: text[:1].upper() + text[1:] for name, text in said.items()}


def titles(name: str) -> str:
    """What a field is called."""
    return t(f"office.field.{name}")
