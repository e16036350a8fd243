"""What a body that voted said of a case, for the page of that case: its verdict, and the counts one may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from states.councils import live
from states.councils.live import Counted
from states.councils.publishing import reads_counts
from states.subjects.visibility import reads
from workflow.case import case, link
from workflow.catalogue import Catalogue
from workflow.identity import Organisation

SAID = ("passed", "failed", "deferred")


@dataclass(frozen=True)
class Result:
    """The answer a sitting gave: its code (may the reader open it?), the verdict, the counts of each ballot."""

    code: str
    is_open_to_reader: bool
    verdict: str
    ballots: tuple[Counted, ...]


_ANSWERED = (
    sa.select(link.c.other_id, link.c.answer, case.c.code)
    .join(case, case.c.id == link.c.other_id)
    .where(link.c.case_id == sa.bindparam("case"), link.c.relation == "agenda", link.c.answer.in_(SAID))
    .order_by(link.c.answered_at.desc())
    .limit(1)
)


def of_case(
    connection: sa.Connection, catalogue: Catalogue, org: Organisation, about: Mapping[str, Any], person_id: str
) -> Result | None:
    """The last answer a sitting gave this case (`about`, its row); None before one did."""
    found = connection.execute(_ANSWERED, {"case": about["id"]}).first()
    if found is None:
        return None
    may_open = reads(connection, org, person_id, found.other_id)
    told = reads_counts(connection, catalogue, org, found.other_id, person_id)
    ballots = live.counts_of(connection, found.other_id, about["code"]) if told else ()
    return Result(found.code, may_open, found.answer, ballots)
