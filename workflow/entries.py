"""Reading one YAML table: known keys become typed values, everything else becomes a defect with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from workflow.defects import Place, Report, nearest
from workflow.definition import Condition
from workflow.grammar import NAME, GrammarError, parse_condition
from workflow.message import Message
from workflow.vocabulary import KEYS
from workflow.yaml_source import Mapping, Node, Plain, Scalar, Sequence, plain, scalars

T = TypeVar("T")


class Entry:
    """One table of a kind that `vocabulary.KEYS` knows; asking for a key types it or notes why it cannot."""

    def __init__(self, report: Report, kind: str, name: str, node: Node, place: Place | None = None) -> None:
        self.report, self.kind, self.name = report, kind, name
        self.place = place or node.place
        self.node = node if isinstance(node, Mapping) else Mapping(node.place, {})
        if not isinstance(node, Mapping) and not any(one.is_told for one in scalars(node)):
            report.add("not_a_table", self.place, name=name)
        for key in self.node.items:
            if key not in KEYS[kind]:
                hint = nearest(key, KEYS[kind])
                report.add("unknown_key", self.node.places[key], name=key, kind=_word(kind), **hint)

    def has(self, key: str) -> bool:
        """Whether the author wrote this key."""
        return key in self.node.items

    def place_of(self, key: str) -> Place:
        """The line of a key, or of the table when the key is not there."""
        return self.node.places.get(key, self.place)

    def complain(self, key: str, defect: str, **params: object) -> None:
        """Note a defect at a key's line; of a shared value, at the line it is written on."""
        said = [*scalars(self.node.items[key])] if self.has(key) else []
        if any(one.is_told for one in said):
            return
        wrong = [one for one in said if one.text in (params.get("text"), params.get("name"))] or said
        shared = {one.origin for one in wrong}
        if wrong and None not in shared:
            self.report.add(defect, min(one for one in shared if one), wrong[0].place, **params)
        else:
            self.report.add(defect, self.place_of(key), **params)

    def require(self, *keys: str) -> None:
        """Note each of these keys that is missing."""
        for key in keys:
            if not self.has(key):
                self.report.add("missing_key", self.place, name=key, entry=self.name, kind=_word(self.kind))

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        node = self.node.items.get(key)
        if node is None:
            return default
        if not isinstance(node, Scalar):
            self.complain(key, "not_a_text", name=key)
            return default
        if key == "title" and not node.text.strip():
            self.complain(key, "blank_title")
        return node.text

    def texts(self, key: str) -> tuple[str, ...]:
        """A text or a list of them."""
        node = self.node.items.get(key)
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        if isinstance(node, Mapping) or not all(isinstance(item, Scalar) for item in items):
            self.complain(key, "not_a_list", name=key)
            return ()
        return tuple(item.text for item in items if isinstance(item, Scalar))

    def names(self, key: str) -> tuple[str, ...]:
        """A name or a list of them, each once."""
        texts = self.texts(key)
        for text in texts:
            if not re.fullmatch(NAME, text):
                self.complain(key, "bad_name", name=text)
        if len(set(texts)) < len(texts):
            self.complain(key, "named_twice", name=key, names=", ".join(texts))
        return tuple(dict.fromkeys(texts))

    def one_of(self, key: str, default: str) -> str:
        """One of the words the vocabulary lists for this key."""
        allowed = KEYS[self.kind][key].removeprefix("one ").split()
        text = self.text(key, default)
        if text not in allowed and self.has(key):
            self.complain(key, "unknown_word", name=text, under=key, **nearest(text, allowed))
            return default
        return text

    def flag(self, key: str) -> bool:
        """true or false; left out is false."""
        text = self.text(key, "false")
        if text not in ("true", "false"):
            self.complain(key, "unknown_word", name=text, under=key, nearest="", known="true, false")
        return text == "true"

    def integer(self, key: str) -> int | None:
        """A whole number, 0 or more."""
        text = self.text(key)
        if text and not re.fullmatch(r"\d{1,9}", text):
            self.complain(key, "not_a_number", name=text, under=key, most="999999999")
            return None
        return int(text) if text else None

    def integers(self, key: str) -> tuple[int, ...]:
        """Whole numbers, from the largest to the smallest; `none` is an empty list."""
        texts = self.texts(key)
        if texts == ("none",):
            return ()
        if wrong := [text for text in texts if not re.fullmatch(r"\d{1,4}", text)]:
            self.complain(key, "not_a_number", name=", ".join(wrong), under=key, most="9999")
            return ()
        return tuple(sorted({int(text) for text in texts}, reverse=True))

    def parsed(self, key: str, parse: Callable[[Plain], T]) -> T | None:
        """What a small language makes of the key's value; None when left out, or noted as wrong."""
        node = self.node.items.get(key)
        if node is None:
            return None
        try:
            return parse(plain(node))
        except GrammarError as error:
            self.complain(key, error.key, **error.params)
            return None

    def condition(self, key: str) -> Condition:
        """A condition; left out is no condition."""
        return self.parsed(key, parse_condition) or ()

    def table(self, key: str, kind: str) -> Iterator[tuple[str, Entry]]:
        """The named entries of a sub-table, each read as `kind`."""
        node = self.node.items.get(key)
        if node is None:
            return
        if not isinstance(node, Mapping):
            self.complain(key, "not_a_table", name=key)
            return
        for name, inner in node.items.items():
            if not re.fullmatch(NAME, name):
                self.report.add("bad_name", node.places[name], name=name)
            yield name, Entry(self.report, kind, name, inner, node.places[name])

    def texts_by_name(self, key: str) -> dict[str, str]:
        """A table of texts."""
        node = self.node.items.get(key)
        if node is None:
            return {}
        if not isinstance(node, Mapping) or not all(isinstance(item, Scalar) for item in node.items.values()):
            self.complain(key, "not_a_table", name=key)
            return {}
        return {name: item.text for name, item in node.items.items() if isinstance(item, Scalar)}


def _word(kind: str) -> Message:
    """A kind of table as the catalogues call it."""
    return Message(f"definition.kind.{kind}")
