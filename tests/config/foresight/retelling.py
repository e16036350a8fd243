"""A whole report told again from what a simulation left behind, shaped as its JSON: a field more there is missed here.

It shares no line with what counts the report. What was asked for (days, seed, nominees) and how long it took are no
numbers of the history and come from outside.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tests.config.foresight.days_off import DaysOff
from tests.config.foresight.recount import HANOI, Recount
from tests.config.foresight.witness import Witness

SPANS = (0, 2, 5, 10)  # how late, in working days: up to each of them, and more
MEASURED = ("seconds", "cpu_seconds")


class Retelling:
    """From one finished scratch database. `wanted`: plan's fields and what was asked for; `now`: the end."""

    def __init__(
        self, recount: Recount, witness: Witness, off: DaysOff, wanted: Mapping[str, Any], now: datetime
    ) -> None:
        self.recount, self.witness, self.off, self.wanted, self.now = recount, witness, off, wanted, now
        self.rows = recount.rows
        self.told = self._told()

    def _told(self) -> dict[str, Any]:
        decided = sum(self.recount.decided.values(), start=Counter[date]())
        return {
            **self.wanted,
            "plan": self.recount.plan["plan"], "title": self.recount.plan["title"],
            "units": len(self._units()), "people": len(self._people()),
            "acts": decided.total(), "events": self.recount.events, "letters": self._letters(),
            "audit_head": self._head(), "steps": self._steps(), "outcomes": self._outcomes(), "loads": self._loads(),
            "days": {day.isoformat(): number for day, number in sorted(decided.items())},
            "holidays": self._holidays(), "papers": self._papers(), "blocked": self._blocked(),
            "refused": self._refused(), "troubles": self._troubles(),
        }  # fmt: skip

    def _units(self) -> dict[str, str]:
        """Units that take part, with their names."""
        types = self.recount.plan["unit_types"]
        rows = self.rows("SELECT id, name, type FROM unit WHERE ends_on IS NULL")
        return {row.id: row.name for row in rows if not types or row.type in types}

    def _people(self) -> list[str]:
        last = self.wanted["last"]
        here = f"starts_on <= '{last}' AND (ends_on IS NULL OR ends_on >= '{last}')"
        return [row.id for row in self.rows(f"SELECT id FROM person WHERE {here}")]

    def _letters(self) -> int:
        (row,) = self.rows("SELECT COUNT(*) AS n FROM outbox_message WHERE kind = 'notice' AND done_at IS NOT NULL")
        return int(row.n)

    def _head(self) -> str:
        """The seal over all seals, worked out anew from the bodies of events up."""
        contents, last = {}, dict[str, str]()
        for row in self.rows("SELECT id, case_id, body FROM event ORDER BY case_id, seq"):
            said = last.get(row.case_id, "0" * 64).encode() + b"\x1f" + _canonical(json.loads(row.body))
            contents["event", row.id] = last[row.case_id] = hashlib.sha256(said).hexdigest()
        names = ("id", "agency_id", "case_id", "item_id", "person_id", "kind", "topic")
        for row in self.rows("SELECT * FROM delivery_log"):
            said = {name: getattr(row, name) for name in names} | {"at": _iso(row.at)}
            contents["delivery", row.id] = hashlib.sha256(_canonical(said)).hexdigest()
        for row in self.rows("SELECT * FROM journal"):
            said = {name: getattr(row, name) for name in ("id", "agency_id", "noun", "row_id", "verb")}
            contents["journal", row.id] = hashlib.sha256(_canonical(said | {"body": json.loads(row.body)})).hexdigest()
        head = "0" * 64
        for place, row in enumerate(self.rows("SELECT * FROM seal ORDER BY place"), 1):
            parts = (head, place, row.source, row.ref, contents.pop((row.source, row.ref)), row.detail or "")
            head = hashlib.sha256("\x1f".join(map(str, (*parts, _iso(row.at)))).encode()).hexdigest()
        assert not contents, "what was written and not sealed"
        return head

    def _steps(self) -> list[dict[str, Any]]:
        counted = self.recount.steps(SPANS, self.now)
        return [
            {"process": key[0], "kind": key[1], "title": key[2], **numbers, "late_by": list(numbers["late_by"])}
            for key, numbers in sorted(counted.items())
        ]

    def _outcomes(self) -> list[dict[str, Any]]:
        found = self.recount.outcomes()
        titles = {name: self.recount.definitions[name]["title"] for name in self.recount.plan["processes"]}
        return [
            {"process": name, "title": title, "began": found[name][0], "ended": dict(found[name][1]),
             "running": dict(found[name][2])}
            for name, title in titles.items()
        ]  # fmt: skip

    def _loads(self) -> list[dict[str, Any]]:
        names = {row.id: (row.name, row.unit or "") for row in self.rows(
            "SELECT p.id, p.name, u.name AS unit FROM person p LEFT JOIN unit u ON u.id = p.unit_id"
        )}  # fmt: skip
        found = []
        for person_id, days in self.recount.decided.items():
            peak = max(days.values())
            on = min(day for day, number in days.items() if number == peak)
            person, unit = names[person_id]
            found.append({
                "person": person, "unit": unit, "decided": days.total(), "peak": peak, "peak_on": on.isoformat()
            })  # fmt: skip
        return sorted(found, key=lambda one: (-one["decided"], one["person"], one["unit"]))

    def _holidays(self) -> list[dict[str, Any]]:
        self._parents = {row.id: row.parent_id for row in self.rows("SELECT id, parent_id FROM case_")}
        dues = {row.id: json.loads(row.due) for row in self.rows("SELECT id, due FROM work_item") if row.due}
        found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for stay in self.recount.stays:
            if due := dues.get(stay.item):
                for holiday, how in self.off.near(due, (stay.opened + HANOI).date(), self._said(stay.case_id)).items():
                    found[stay.key[2], holiday][how] += 1
        return [
            {"title": title, "holiday": holiday, **{how: counts[how] for how in ("on", "before", "after", "across")}}
            for (title, holiday), counts in sorted(found.items())
        ]

    def _said(self, case_id: str | None) -> Mapping[str, Any]:
        """What stands in a case's fields, and in those of the cases it was begun by."""
        if case_id is None:
            return {}
        return {**self._said(self._parents[case_id]), **self.recount.lives[case_id].said}

    def _papers(self) -> list[dict[str, Any]]:
        each = "SELECT d.name, COUNT(DISTINCT v.document_id) AS n FROM document d JOIN document_version v"
        written = {row.name: row.n for row in self.rows(f"{each} ON v.document_id = d.id GROUP BY d.name")}
        return [
            {"name": name, "title": one["title"], "made": self.recount.papers[name], "written": written.get(name, 0)}
            for name, one in self.recount.plan["documents"].items()
        ]

    def _blocked(self) -> list[dict[str, Any]]:
        codes = {row.id: row.code for row in self.rows("SELECT id, code FROM case_")}
        open_ones = [(stay, self.witness.given_up(stay.item)) for stay in self.recount.stays if not stay.closed]
        stuck = [(stay, reasons) for stay, reasons in open_ones if reasons is not None]
        stuck.sort(key=lambda one: (one[0].key[0], codes[one[0].case_id], one[0].item))
        return [
            {"code": codes[stay.case_id], "process": stay.key[0], "step": stay.key[2], "reasons": reasons}
            for stay, reasons in stuck
        ]

    def _refused(self) -> dict[str, int]:
        return {f"{process}.{start}: {why}": number for (process, start, why), number in self.witness.refused().items()}

    def _troubles(self) -> dict[str, int]:
        (left,) = self.rows(
            "SELECT COUNT(*) AS n FROM timer t WHERE status = 'armed' AND " + _over("t.due_at", self.now)
        )
        assert not left.n, "a timer that did not fire"
        failed = self.rows("SELECT last_error FROM outbox_message WHERE status NOT IN ('new', 'done', 'withdrawn')")
        return dict(Counter(row.last_error for row in failed))


def _over(column: str, now: datetime) -> str:
    return f"{column} <= '{now:%Y-%m-%d %H:%M:%S.%f}'"


def _canonical(said: Any) -> bytes:
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return unicodedata.normalize("NFC", text).encode()


def _iso(raw: str) -> str:
    return raw.replace(" ", "T") + "+00:00"
