"""A definition printed as its author could have written it: reuse, values and defaults put in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from workflow.definition import Action, Ask, ByCase, ChildStart, Definition, Field, Held, Posting, State, Value
from workflow.field_reading import is_built_in
from workflow.grammar import branch_text, condition_texts, escalation_text


def show_definition(definition: Definition) -> str:
    """The definition as YAML in the format's own words; read again it is the same definition."""
    fields = {name: field for name, field in definition.fields.items() if not is_built_in(field)}
    whole = _written(
        process=definition.process,
        title=definition.title,
        called=definition.called,
        subject=_few(definition.subject),
        one_open="subject" if definition.one_open else None,
        own_case=definition.own_case,
        code=definition.code,
        cite=definition.cite,
        fields={name: _field(field) for name, field in fields.items()},
        start=_actions(definition.start),
        states={name: _state(state) for name, state in definition.states.items()},
        held=_held(definition.held),
        everywhere=_actions(definition.everywhere),
    )
    text: str = yaml.dump(whole, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return text


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _written(**entries: Any) -> dict[str, Any]:
    """Only what says something."""
    return {key: value for key, value in entries.items() if value not in (None, "", [], {}, (), False)}


def _few(names: Iterable[str]) -> str | list[str]:
    listed = list(names)
    return listed[0] if len(listed) == 1 else listed


def _field(field: Field) -> dict[str, Any]:
    columns = {
        name: {"type": kind, "title": field.column_titles[name]} if field.column_titles.get(name) else kind
        for name, kind in field.columns.items()
    }
    entries = _written(
        type=field.type,
        title=field.title,
        of=field.choices or columns or field.form or field.process or _few(field.holders),
        compute=field.compute,
        suggest=field.suggest,
        draft=field.draft,
        each=field.each,
        says="true" if field.says else None,
        kept="true" if field.kept else None,
        level=field.level,
        unit=field.unit,
        naming=field.naming,
        fill=field.fill,
        exclusive="true" if field.exclusive else None,
        late=field.late if field.late != "incident" else None,
        cite=field.cite,
        **{"if": condition_texts(field.conditions), "in": _few(field.in_states), "from": field.taken_from},
    )
    limits = {"min": field.earliest or field.minimum, "max": field.latest or field.maximum}
    return entries | {key: str(limit) for key, limit in limits.items() if limit is not None}


def _state(state: State) -> dict[str, Any]:
    return _written(
        title=state.title,
        stage=state.stage,
        level=state.level,
        **_place(state),
        end="true" if state.end else None,
        vote=state.vote.model_dump() if state.vote else None,
        cite=state.cite,
    )


def _held(held: Held | None) -> dict[str, Any] | None:
    return None if held is None else _written(title=held.title, **_place(held), cite=held.cite)


def _place(place: State | Held) -> dict[str, Any]:
    return {
        "owner": _few(place.owner),
        **_times(place),
        "may_wait": place.may_wait,
        "asks": {name: _ask(ask) for name, ask in place.asks.items()},
        "actions": _actions(place.actions),
    }


def _times(place: State | Held | Ask) -> dict[str, Any]:
    """Deadline, reminders, escalation; `none` where a deadline has none, so that no default comes back."""
    silent = "none" if place.due else None
    return {
        "due": _due(place.due),
        "remind": [str(days) for days in place.remind] or silent,
        "escalate": _few(map(escalation_text, place.escalate)) or silent,
    }


def _due(due: Value | tuple[Value, ...] | None) -> Any:
    return [_value(one) for one in due] if isinstance(due, tuple) else _value(due)


def _value(value: Value | None) -> Any:
    if not isinstance(value, ByCase):
        return value
    rest = {} if value.otherwise is None else {"else": value.otherwise}
    return {"per": value.per, **value.cases, **rest}


def _ask(ask: Ask) -> dict[str, Any]:
    return _written(
        title=ask.title,
        of=f"{ask.of} of {ask.of_unit}" if ask.of_unit else ask.of,
        process=ask.process,
        each=ask.each,
        units=_few(ask.units),
        every=_value(ask.every),
        **_times(ask),
        answer=_few(ask.answer),
        takes=_few(ask.takes),
        nil="allowed" if ask.nil else None,
        silence=ask.silence,
        posting=_posting(ask.posting) if ask.posting else None,
        says=ask.says,
        do=_few(ask.do),
        optional="true" if ask.optional else None,
        cite=ask.cite,
        **{"if": condition_texts(ask.conditions), "with": dict(ask.given)},
    )


def _posting(posting: Posting) -> dict[str, Any]:
    return _written(
        audience=posting.audience, channels=_few(posting.channels), signed=posting.signed, shows=_few(posting.shows)
    )


def _actions(actions: Mapping[str, Action]) -> dict[str, Any]:
    return {name: _action(action) for name, action in actions.items()}


def _action(action: Action) -> dict[str, Any]:
    entries = {
        "title": action.title,
        "verb": action.verb if action.verb != "act" else None,
        "to": _few(map(branch_text, action.to)),
        "by": _few(action.by),
        "when": condition_texts(action.when),
        "if": condition_texts(action.conditions),
        "except": _few(action.excepted),
        "while_held": "true" if action.while_held else None,
        "starts": [_start(start) for start in action.starts],
        "marks": dict(action.marks),
    }
    lists = ("needs", "takes", "not_by", "do", "makes", "delivers", "tell")
    plain = ("window", "holds", "releases", "drops", "cite")
    entries |= {key: _few(getattr(action, key)) for key in lists}
    return _written(**entries, **{key: getattr(action, key) for key in plain})


def _start(start: ChildStart) -> str | dict[str, Any]:
    if not start.given and not start.conditions:
        return start.process
    return _written(process=start.process, **{"with": dict(start.given), "if": condition_texts(start.conditions)})
