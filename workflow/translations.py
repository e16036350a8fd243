"""The other languages of a plan: one text for every title, in `<language>.yaml` beside plan.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.defects import Place, Report, nearest
from workflow.definition import Action, Ask, Definition, Field, Held, Plan, State
from workflow.field_reading import BUILT_IN
from workflow.yaml_source import Mapping, Node, Scalar

Texts = dict[str, tuple[str, Place]]


def flatten(node: Mapping, report: Report, at: tuple[str, ...] = ()) -> Texts:
    """id → (text, line). `states: {a: {title: T}}` and `states: {a: T}` are both the text of `states.a`."""
    found: Texts = {}
    for key, value in node.items.items():
        inner = at if key == "title" and at else (*at, key)
        match value:
            case Scalar():
                found[".".join(inner)] = (value.text, node.places[key])
            case Mapping():
                found |= flatten(value, report, (*at, key))
            case _:
                report.add("not_a_text", node.places[key], name=key)
    return found


def split_processes(root: Mapping, report: Report) -> tuple[Mapping, dict[str, Mapping]]:
    """The plan's own texts and those of each process."""
    inner = root.items.get("processes")
    own = Mapping(root.place, {k: v for k, v in root.items.items() if k != "processes"}, root.places)
    if inner is None:
        return own, {}
    if not isinstance(inner, Mapping):
        report.add("not_a_table", root.places["processes"], name="processes")
        return own, {}
    return own, {name: _table(name, node, inner.places[name], report) for name, node in inner.items.items()}


def plan_texts(plan: Plan) -> Iterator[tuple[str, str]]:
    """(id, text in the first language) of everything a plan shows people."""
    yield "title", plan.title
    for level, title in plan.levels.items():
        yield f"levels.{level}", title
    yield from ((f"kinds.{name}", kind.title) for name, kind in plan.kinds.items())
    yield from ((f"roles.{name}", role.title) for name, role in plan.roles.items())
    yield from ((f"phases.{name}", phase.title) for name, phase in plan.phases.items())
    yield from ((f"bases.{name}", basis.title) for name, basis in plan.bases.items())
    yield from ((f"quotas.{name}", quota.title) for name, quota in plan.quotas.items())
    for name, one in plan.criteria.items():
        yield f"criteria.{name}", one.title
        yield from ((f"criteria.{name}.scale.{value}", label) for value, label in one.scale.items())
        yield from ((f"criteria.{name}.criteria.{key}", each.title) for key, each in one.criteria.items())
    yield from ((f"documents.{name}", document.title) for name, document in plan.documents.items())


def definition_texts(definition: Definition) -> Iterator[tuple[str, str]]:
    """(id, text in the first language) of everything a process shows people; ids follow the YAML."""
    yield "title", definition.title
    yield from field_texts(definition.fields)
    for name, action in definition.start.items():
        yield f"start.{name}", action.title
    for name, state in definition.states.items():
        yield from _place_texts(f"states.{name}", state)
    if definition.held:
        yield from _place_texts("held", definition.held)
    for name, action in definition.everywhere.items():
        yield f"everywhere.{name}", action.title


def translate_plan(plan: Plan, shared: dict[str, Field], language: str, texts: Texts, report: Report) -> dict[str, str]:
    """id → text; every text missing, and every id of nothing, is noted. Shared fields may stand here too."""
    fields = {key for key, _ in field_texts(shared)}
    own = {key: value for key, value in texts.items() if key not in fields}
    return _translate(dict(plan_texts(plan)), language, own, {}, report)


def translate_process(
    definition: Definition, language: str, texts: Texts, shared: Texts, report: Report
) -> dict[str, str]:
    """id → text for one process; shared fields' texts come from the plan's own part of the file."""
    lent = {key: text for key, (text, _) in shared.items() if key.startswith("fields.")}
    built_in = {f"fields.{name}": titles.get(language, "") for name, (titles, _) in BUILT_IN.items()}
    return _translate(dict(definition_texts(definition)), language, texts, built_in | lent, report)


def _translate(
    wanted: dict[str, str], language: str, texts: Texts, lent: dict[str, str], report: Report
) -> dict[str, str]:
    for key, (_, place) in texts.items():
        if not wanted.get(key):
            report.add("text_of_nothing", place, name=key, **nearest(key, filter(wanted.get, wanted)))
    found = {}
    for key, text in wanted.items():
        if not text:
            continue
        translated = texts[key][0] if key in texts else lent.get(key)
        if translated:
            found[key] = translated
        else:
            report.add("no_translation", None, language=language, name=key, text=text)
    return found


def field_texts(fields: dict[str, Field]) -> Iterator[tuple[str, str]]:
    """(id, text in the first language) of forms' fields."""
    for name, field in fields.items():
        yield f"fields.{name}", field.title
        for value, label in field.choices.items():
            yield f"fields.{name}.choices.{value}", label
        for column, title in field.column_titles.items():
            yield f"fields.{name}.columns.{column}", title


def _place_texts(at: str, place: State | Held) -> Iterator[tuple[str, str]]:
    yield at, place.title
    yield f"{at}.may_wait", place.may_wait
    tables: dict[str, dict[str, Ask] | dict[str, Action]] = {"asks": place.asks, "actions": place.actions}
    for table, entries in tables.items():
        for name, entry in entries.items():
            yield f"{at}.{table}.{name}", entry.title


def _table(name: str, node: Node, place: Place, report: Report) -> Mapping:
    if isinstance(node, Mapping):
        return node
    report.add("not_a_table", place, name=name)
    return Mapping(place, {})
