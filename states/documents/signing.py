"""Who signs a paper, and in what capacity: TM., KT., TL., TUQ., Q. (NĐ 30/2020, Phụ lục I, II.7)."""

from __future__ import annotations

from typing import Any

from workflow.definition import Document, Plan
from workflow.identity import Matter, Organisation, eligible

DEPUTY_OF = "phó"
BLANK = {"chuc_vu": [""], "ho_ten": ""}


def signatures(
    made: Document, plan: Plan, org: Organisation, matter: Matter, unit_id: str | None
) -> list[dict[str, Any]]:
    """For each signing role of the document: the lines over the signature, and the name. Nobody there: no name."""
    return [_signature(made, plan, org, role, _signer(plan, org, matter, role, unit_id)) for role in made.signer]


def _signer(plan: Plan, org: Organisation, matter: Matter, role: str, unit_id: str | None) -> tuple[str, str]:
    """(who holds it, who signs): a deputy where the holder is away."""
    if plan.roles[role].of == "case":
        found = matter.holders(role)
        return (found[0], found[0]) if found else ("", "")
    held = eligible(org, plan, matter, role, unit_id)
    for holder in held:
        if holder not in org.deputies:
            return holder, holder
    for holder in held:
        for deputy, _, _ in org.deputies[holder]:
            if org.active(deputy):
                return holder, deputy
    return "", ""


def _signature(made: Document, plan: Plan, org: Organisation, role: str, people: tuple[str, str]) -> dict[str, Any]:
    holder, signer = people
    post = made.post if made.post and role == made.signer[0] else _post(plan.roles[role].title)
    if signer != holder:
        return {"chuc_vu": in_place(post, org.people[signer].post, made.behalf), "ho_ten": org.name(signer)}
    return {"chuc_vu": in_capacity(made.capacity, made.behalf, post), "ho_ten": org.name(signer)}


def in_place(post: str, own_post: str, behalf: str = "") -> list[str]:
    """A deputy of the head signs KT., anybody else TUQ.; a body's name stays above."""
    above = [f"TM. {behalf}".upper()] if behalf else []
    if own_post.casefold().startswith(DEPUTY_OF):
        return [*above, f"KT. {post}".upper(), f"Phó {post}".upper()]
    return [*above, f"TUQ. {post}".upper(), own_post.upper()]


def in_capacity(capacity: str, behalf: str, post: str) -> list[str]:
    """TM. a body, KT. / TL. / TUQ. a head, each over the signer's own post; Q. before the post itself."""
    if capacity == "Q":
        return [f"Q. {post}".upper()]
    if capacity and behalf:
        return [f"{capacity}. {behalf}".upper(), post.upper()]
    return [post.upper()]


def _post(title: str) -> str:
    """A post is written without the agency's name: Giám đốc Sở signs as GIÁM ĐỐC."""
    return title.removesuffix(" Sở").removesuffix(" Hội đồng")
