"""What must be proven before an award is asked for (Luật 06/2022 Đ.74(1), Đ.5; CV 5007/BNV-TĐKT)."""

from __future__ import annotations

from itertools import pairwise

from workflow.message import Message
from workflow.registry import Context, Registry

BASE_FIGHTER = "cstd_co_so"
"""Form under which an emulation-fighter title of the agency is recorded as an award."""

INITIATIVES_NEEDED = 2


def ground_proven(context: Context, _arg: str | None) -> Message | None:
    """A ground is chosen and evidenced; ground (d) also counts titles or initiatives."""
    if not context.fields.get("ground"):
        return Message("guard.ground_missing")
    if not context.fields.get("ground_proof"):
        return Message("guard.ground_unproven", {"ground": context.fields["ground"]})
    if context.fields["ground"] == "d" and not _titles_or_initiatives(context):
        count = len(context.fields.get("initiatives") or [])
        return Message("guard.ground_d", {"needed": INITIATIVES_NEEDED, "count": count})
    return None


def _titles_or_initiatives(context: Context) -> bool:
    years = sorted({row["decided_on"].year for row in context.facts["awards"] if row["form"] == BASE_FIGHTER})
    in_a_row = any(then - first == 1 for first, then in pairwise(years))
    return in_a_row or len(context.fields.get("initiatives") or []) >= INITIATIVES_NEEDED


def achievement_not_used(context: Context, _arg: str | None) -> Message | None:
    """One achievement is not rewarded twice (Luật 06/2022 Đ.5)."""
    used = context.facts["used_proofs"]
    return Message("guard.achievement_not_used", {"file": used[0]["name"], "code": used[0]["code"]}) if used else None


def initiative_not_used(context: Context, _arg: str | None) -> Message | None:
    """One initiative counts once, for a title or for an award (CV 5007/BNV-TĐKT 2023)."""
    used = context.facts["used_initiatives"]
    return Message("guard.initiative_not_used", {"title": used[0]["title"], "code": used[0]["code"]}) if used else None


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    registry.guard("ground_proven", facts=["awards"], cite="Luật 06/2022 Đ.74(1)", fields=("ground", "ground_proof"))(
        ground_proven
    )
    registry.guard("achievement_not_used", facts=["used_proofs"], cite="Luật 06/2022 Đ.5")(achievement_not_used)
    registry.guard("initiative_not_used", facts=["used_initiatives"], cite="CV 5007/BNV-TĐKT")(initiative_not_used)
