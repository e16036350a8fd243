"""What a person submitted, checked against the plan's fields and what the case knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflow import agenda, files, forms
from workflow.definition import Field, Plan
from workflow.draft import Draft
from workflow.identity import Matter, Organisation, holders

SUBJECT = "subject"


def fields_of(draft: Draft, names: Sequence[str]) -> tuple[Field, ...]:
    """Field definitions by name, `reason` among them; the subject of a start is chosen beside the form."""
    known = {forms.REASON.name: forms.REASON, **draft.facts.life.definition.fields}
    return tuple(known[name] for name in names if name in known)


def submitted(
    draft: Draft, needs: Sequence[str], takes: Sequence[str], raw: Mapping[str, Any], *, asked: bool = False
) -> dict[str, Any]:
    """The values of an action's form, computed ones included; Invalid names every field that is wrong.

    `asked`: the form of an ask, put to one person; of cases they have no part in nothing is asked.
    """
    needs = [name for name in needs if name != SUBJECT]
    fields = fields_of(draft, [*needs, *takes])
    values = forms.validate(fields, raw, needs=needs, takes=takes, facts=facts_for_form(draft, fields, asked=asked))
    for field in fields:
        if forms.is_computed(field):
            provider = draft.registry.forms[field.form or field.compute or ""]
            values[field.name] = provider(draft.connection, draft.context(values))
    carried = [file_id for field in fields for file_id in _files(field, values.get(field.name))]
    draft.uploads = files.digests(draft.connection, draft.facts.org.agency_id, carried) if carried else {}
    return values


def _files(field: Field, value: Any) -> list[str]:
    if field.type == "file":
        return [value] if value else []
    return list(value or []) if field.type == "files" else []


def facts_for_form(draft: Draft, fields: Sequence[Field], *, asked: bool = False) -> forms.Facts:
    """What a form may point at here."""
    org, person_id = draft.facts.org, draft.by.person_id
    named = {field.name for field in fields} | {field.each for field in fields if field.each}
    wants_files = any(field.type in ("file", "files") for field in fields)
    uploads = files.unclaimed(draft.connection, org.agency_id, person_id) if wants_files and person_id else {}
    return forms.Facts(
        people=org.here,
        units={u for u, row in org.units.items() if row["ends_on"] is None or row["ends_on"] >= org.today},
        cases={
            f.name: agenda.choices(draft, f)
            for f in draft.facts.life.definition.fields.values()  # also those only an `each` of this form names
            if f.type == "cases" and f.name in named
        },
        groups={
            f.name: holders_of(draft, f)
            for f in draft.facts.life.definition.fields.values()
            if f.type == "people" and f.name in named
        },
        files=uploads,
        fields=agenda.open_to(draft) if asked else draft.fields,
        today=draft.facts.today,
    )


def holders_of(draft: Draft, field: Field) -> tuple[str, ...]:
    """Who may be named in a `people` field: those who hold one of its roles today, role by role."""
    return holders_seen_from(draft.facts.org, draft.plan, field, draft.matter(), draft.case["unit_id"])


def holders_seen_from(
    org: Organisation, plan: Plan, field: Field, matter: Matter, unit_id: str | None
) -> tuple[str, ...]:
    """The same where there is no case yet."""
    found = (one for name in field.holders for one in holders(org, plan.roles[name], matter, unit_id))
    return tuple(dict.fromkeys(found))
