"""YAML as text with its lines: every scalar stays what the author wrote, no key is lost in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from yaml.composer import Composer

from workflow.defects import DefinitionError, Place, Report
from workflow.yaml_complaints import complaint

REMOVED = "~"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; `removed` for an unquoted `~`, which takes an inherited entry away.

    `origin`: where it is written, if it stands here for a `$name`. `is_told`: that name is none, and has been
    complained of: what is said of the text besides would be the same mistake again.
    """

    place: Place
    text: str
    removed: bool = False
    origin: Place | None = None
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A table; `places` says where each key stands."""

    place: Place
    items: dict[str, Node]
    places: dict[str, Place] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping
Plain = str | list["Plain"] | dict[str, "Plain"]


def read_yaml(file: str, text: str) -> Mapping:
    """The one mapping of a file. Raises DefinitionError for bad YAML, a key twice, a key without a value."""
    report = Report()
    try:
        root = _Loader(text).get_single_node()
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        line, why = complaint(error, text)
        report.add("bad_yaml", Place(file, line), why=why)
        raise DefinitionError(report.defects) from error
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.style and not root.value):
        report.add("empty_file", Place(file, 1), name=file)
        raise DefinitionError(report.defects)
    node = _Converter(file, report).convert(root)
    if not isinstance(node, Mapping):
        report.add("not_a_table", Place(file, 1), name=file)
        raise DefinitionError(report.defects)
    report.check()
    return node


def plain(node: Node) -> Plain:
    """The node without its lines, as the small languages read it."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(value) for key, value in node.items.items()}


def scalars(node: Node) -> Iterator[Scalar]:
    """Every text of a node, in the order of the file."""
    match node:
        case Scalar():
            yield node
        case Sequence():
            for item in node.items:
                yield from scalars(item)
        case Mapping():
            for value in node.items.values():
                yield from scalars(value)


def addresses(node: Node, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Place]]:
    """Every address below a node with its line: for a table entry, the line of its key."""
    if isinstance(node, Mapping):
        for key, value in node.items.items():
            yield (*at, key), node.places[key]
            yield from addresses(value, (*at, key))
    elif isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            yield (*at, str(number)), item.place
            yield from addresses(item, (*at, str(number)))


class _Loader(Composer, yaml.CBaseLoader):
    """libyaml splits the text, seven times faster; Python makes the tree: a text of endless depth ends in a
    RecursionError there, and in libyaml's own composer ends the process."""

    def __init__(self, text: str) -> None:
        yaml.CBaseLoader.__init__(self, text)
        Composer.__init__(self)


class _Converter:
    def __init__(self, file: str, report: Report) -> None:
        self.file, self.report = file, report
        self.seen: set[int] = set()

    def convert(self, node: yaml.Node) -> Node:
        place = Place(self.file, node.start_mark.line + 1)
        if id(node) in self.seen:
            self.report.add("alias", place)
            return Scalar(place, "")
        self.seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            return Scalar(place, node.value, removed=node.value == REMOVED and not node.style)
        if isinstance(node, yaml.SequenceNode):
            return Sequence(place, tuple(self.convert(item) for item in node.value))
        return self.table(node, place)

    def table(self, node: yaml.Node, place: Place) -> Mapping:
        items: dict[str, Node] = {}
        places: dict[str, Place] = {}
        for key_node, value_node in node.value:
            key_place = Place(self.file, key_node.start_mark.line + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                self.report.add("key_not_text", key_place)
                continue
            key = key_node.value
            if key in items:
                self.report.add("duplicate_key", key_place, name=key, first=places[key].line)
            if isinstance(value_node, yaml.ScalarNode) and not value_node.style and not value_node.value:
                self.report.add("no_value", key_place, name=key)
            items[key], places[key] = self.convert(value_node), key_place
        return Mapping(place, items, places)
