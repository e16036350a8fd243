"""The files a stored plan was read from: found again, one written value replaced, read by the loader as a folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
import yaml

from workflow.catalogue import plan_version
from workflow.message import Message, Refused

PLAN_FILE = "plan.yaml"
Address = tuple[str, ...]
_PLAIN = re.compile(r"[\w$][\w .%/$+-]*")
_READ_ANEW = re.compile(r"(?:true|false|yes|no|null|~)\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Written:
    """A value as a file has it: where, and in which words."""

    file: str
    start: int
    end: int
    text: str
    is_list: bool


def sources(connection: sa.Connection, plan_id: str) -> dict[str, str]:
    """File → text, of a stored plan. Raises Refused for one stored before files were kept whole."""
    text = connection.scalar(sa.select(plan_version.c.source).where(plan_version.c.id == plan_id)) or ""
    if not text.startswith("{"):
        raise Refused(Message("numbers.no_files"))
    found: dict[str, str] = json.loads(text)
    return found


def plan_files(files: Mapping[str, str]) -> list[str]:
    """The plan's own file before those of the plans it is like."""
    return sorted((name for name in files if name.rpartition("/")[2] == PLAN_FILE), key=lambda name: "/" in name)


def trees(files: Mapping[str, str]) -> dict[str, Any]:
    """File → its YAML with places."""
    return {name: _tree(text) for name, text in files.items()}


@lru_cache(maxsize=64)  # a file is read for every page that shows a number of it
def _tree(text: str) -> Any:
    return yaml.compose(text, Loader=yaml.BaseLoader)


def entries(node: Any) -> Iterator[tuple[str, Any]]:
    """Keys and values of a table; nothing for anything else."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), value


def written(files: Mapping[str, str], name: str, node: Any) -> Written | None:
    """A single value, or a list of such, as it stands in its file; None for anything else."""
    is_list = isinstance(node, yaml.SequenceNode)
    if is_list and not all(isinstance(one, yaml.ScalarNode) for one in node.value):
        return None
    if not is_list and not isinstance(node, yaml.ScalarNode):
        return None
    start, end = node.start_mark.index, node.end_mark.index
    text = ", ".join(one.value for one in node.value) if is_list else str(node.value)
    return Written(name, start, end, text, is_list)


def replaced(files: Mapping[str, str], place: Written, text: str) -> dict[str, str]:
    """The files with another value at one place; every comment and everything else stays."""
    items = [one.strip() for one in text.split(",")] if place.is_list else [text.strip()]
    said = ", ".join(_scalar(one) for one in items)
    said = f"[{said}]" if place.is_list else said
    whole = files[place.file]
    return {**files, place.file: whole[: place.start] + said + whole[place.end :]}


def _scalar(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and not text.endswith(" ") and not _READ_ANEW.match(text)
    return text if plain else "'" + text.replace("'", "''") + "'"


@contextmanager
def as_folder(files: Mapping[str, str], plan: str) -> Iterator[Path]:
    """These files as the folder of a plan, those it is like beside it; gone afterwards."""
    with TemporaryDirectory(prefix="neuguong-") as place:
        home = Path(place)
        for name, text in files.items():
            inside = name == PLAN_FILE or name.startswith("processes/") or "/" not in name
            path = (home / plan / name if inside else home / name).resolve()
            if not path.is_relative_to(home.resolve()):
                raise Refused(Message("numbers.no_files"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        yield home / plan
