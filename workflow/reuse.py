"""Reuse and shared values: `like:` merges tables by key, `~` takes away, `$name` is a plan's value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from workflow.defects import Report, nearest
from workflow.yaml_source import Mapping, Node, Scalar, Sequence

LIKE = "like"
_LINK = re.compile(r"(\d+ [a-z_]+ (?:before|after) )(\$[a-z][a-z0-9_]*)", re.ASCII)


def merge(base: Node, own: Node) -> Node:
    """The own node laid over the base: tables by key, all else replaced; `~` removes what the base has."""
    if not isinstance(base, Mapping) or not isinstance(own, Mapping):
        return own
    items, places = dict(base.items), dict(base.places)
    for key, value in own.items.items():
        if key in base.items and isinstance(value, Scalar) and value.removed:
            del items[key], places[key]
            continue
        items[key] = merge(base.items[key], value) if key in base.items else value
        places[key] = own.places[key]
    return Mapping(own.place, items, places)


def without(table: Mapping, key: str) -> Mapping:
    """The table without one key."""
    items = {name: node for name, node in table.items.items() if name != key}
    return Mapping(table.place, items, table.places)


def like_of(node: Node) -> str | None:
    """The name a table says it is like."""
    named = node.items.get(LIKE) if isinstance(node, Mapping) else None
    return named.text if isinstance(named, Scalar) else None


def resolve_entries(table: Mapping, report: Report) -> Mapping:
    """Every entry of a table merged over the sibling it is `like`."""
    done: dict[str, Node] = {}

    def resolved(name: str, waiting: tuple[str, ...]) -> Node:
        if name in done:
            return done[name]
        entry = table.items[name]
        base = like_of(entry)
        if base is not None and isinstance(entry, Mapping):
            own = without(entry, LIKE)
            if base in (*waiting, name):
                report.add("like_circle", entry.places[LIKE], path=" → ".join((*waiting, name, base)))
                entry = own
            elif base not in table.items:
                report.add("unknown_like", entry.places[LIKE], name=base, **nearest(base, table.items))
                entry = own
            else:
                entry = merge(resolved(base, (*waiting, name)), own)
        done[name] = entry
        return entry

    return Mapping(table.place, {name: resolved(name, ()) for name in table.items}, table.places)


def resolve_tables(node: Mapping, keys: Iterable[str], report: Report) -> Mapping:
    """A table in which the named sub-tables have their `like:` resolved."""
    items = dict(node.items)
    for key in keys:
        inner = items.get(key)
        if isinstance(inner, Mapping):
            items[key] = resolve_entries(inner, report)
    return Mapping(node.place, items, node.places)


def resolve_process(node: Mapping, report: Report) -> Mapping:
    """A process whose states, actions, asks, starts and fields have their `like:` resolved."""
    node = resolve_tables(node, ("fields", "start", "states", "everywhere"), report)
    items = dict(node.items)
    if isinstance(held := items.get("held"), Mapping):
        items["held"] = resolve_tables(held, ("asks", "actions"), report)
    if isinstance(states := items.get("states"), Mapping):
        inner = {
            name: resolve_tables(state, ("asks", "actions"), report) if isinstance(state, Mapping) else state
            for name, state in states.items.items()
        }
        items["states"] = Mapping(states.place, inner, states.places)
    return Mapping(node.place, items, node.places)


def substitute(  # noqa: C901 - one walk, a branch for each kind of node
    node: Node, values: dict[str, Node], report: Report, used: set[str] | None = None
) -> Node:
    """Every `$name` replaced by the plan's value; under `with:` one the plan lacks is a field of the case.

    `used` collects the names that were replaced.
    """

    def of_scalar(scalar: Scalar, waiting: tuple[str, ...], under_with: bool) -> Node:
        name = scalar.text.removeprefix("$")
        if scalar.text == name:
            return of_link(scalar, waiting)
        if name in waiting:
            report.add("value_circle", scalar.place, path=" → ".join((*waiting, name)))
        elif name in values:
            if used is not None:
                used.add(name)
            return _moved(walk(values[name], (*waiting, name), False), scalar)
        elif under_with:
            return scalar
        else:
            report.add("unknown_value", scalar.place, name=f"${name}", **_dollar(nearest(name, values)))
        return replace(scalar, is_told=True)

    def of_link(scalar: Scalar, waiting: tuple[str, ...]) -> Scalar:
        """`5 working_days before $sent_by`: the day a chain of deadlines hangs on stands in one place."""
        found = _LINK.fullmatch(scalar.text)
        if found is None:
            return scalar
        end = of_scalar(replace(scalar, text=found[2]), waiting, False)
        if not isinstance(end, Scalar):
            return scalar
        return replace(scalar, text=found[1] + end.text, is_told=end.is_told)

    def walk(node: Node, waiting: tuple[str, ...], under_with: bool) -> Node:
        match node:
            case Scalar():
                return of_scalar(node, waiting, under_with)
            case Sequence():
                return Sequence(node.place, tuple(walk(item, waiting, under_with) for item in node.items))
            case Mapping():
                items = {key: walk(value, waiting, key == "with") for key, value in node.items.items()}
                return Mapping(node.place, items, node.places)

    return walk(node, (), False)


def refuse_leftovers(node: Node, report: Report) -> None:
    """Note every `~` that took nothing away."""
    match node:
        case Mapping():
            for key, value in node.items.items():
                if isinstance(value, Scalar) and value.removed:
                    report.add("removes_nothing", node.places[key], name=key)
                else:
                    refuse_leftovers(value, report)
        case Sequence():
            for item in node.items:
                refuse_leftovers(item, report)
        case Scalar():
            if node.removed:
                report.add("removes_nothing", node.place, name="~")


def chain(start: str, base_of: Callable[[str], str | None]) -> tuple[tuple[str, ...], bool]:
    """The names from `start` through each `like`, and whether they run in a circle."""
    names = [start]
    while (base := base_of(names[-1])) is not None:
        if base in names:
            return (*names, base), True
        names.append(base)
    return tuple(names), False


def _moved(value: Node, use: Scalar) -> Node:
    """The value standing where it is used, which a complaint names besides the line it is written on."""
    match value:
        case Scalar():
            return replace(value, place=use.place, origin=value.origin or value.place)
        case Sequence():
            return Sequence(use.place, tuple(_moved(item, use) for item in value.items))
        case Mapping():
            items = {key: _moved(item, use) for key, item in value.items.items()}
            return Mapping(use.place, items, dict.fromkeys(items, use.place))


def _dollar(params: dict[str, str]) -> dict[str, str]:
    return {key: f"${text.replace(', ', ', $')}" if text else "" for key, text in params.items()}
