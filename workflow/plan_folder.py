"""The files of a plan's folder and of the plans it is like: read, laid over each other, kept as sources."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from workflow.defect_kinds import because
from workflow.defects import DefinitionError, Place, Report, nearest
from workflow.reuse import (
    LIKE,
    chain,
    like_of,
    merge,
    refuse_leftovers,
    resolve_process,
    resolve_tables,
    without,
)
from workflow.translations import Texts, flatten, split_processes
from workflow.yaml_source import Mapping, read_yaml

PLAN_FILE = "plan.yaml"
PLAN_TABLES = (
    "kinds", "phases", "roles", "fields", "cadences", "bases", "documents", "votes", "eligibility",
    "quotas", "criteria",
)  # fmt: skip
_PLAN_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_PROCESS_LIKE = re.compile(r"(?:(?P<plan>[a-z0-9][a-z0-9-]*)/)?(?P<process>[a-z][a-z0-9_]*)")


class PlanFolder:
    """One plan's folder. Other plans it names stand beside it."""

    def __init__(self, folder: Path, report: Report) -> None:
        self.folder, self.report = folder, report
        self.sources: dict[str, str] = {}

    def plan(self) -> Mapping:
        """plan.yaml over those it is like, with the `like` of its tables resolved."""
        root: Mapping | None = None
        for folder in reversed(self.folders):
            own = without(self.read(folder, PLAN_FILE), LIKE)
            merged = merge(root, own) if root else own
            root = merged if isinstance(merged, Mapping) else own
        assert root is not None
        return resolve_tables(root, PLAN_TABLES, self.report)

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """This folder, then that of each plan further down the `like`."""

        def base_of(name: str) -> str | None:
            folder = self.folder.parent / name
            root = self.read(folder, PLAN_FILE)
            base = like_of(root)
            if base is not None and not self.is_plan(base):
                plans = [path.parent.name for path in folder.parent.glob(f"*/{PLAN_FILE}")]
                self.report.add("unknown_like", root.places[LIKE], name=base, **nearest(base, plans))
                self.report.check()
            return base

        names, is_circle = chain(self.folder.name, base_of)
        if is_circle:
            root = self.read(self.folder, PLAN_FILE)
            self.report.add("like_circle", root.places[LIKE], path=" → ".join(names))
            self.report.check()
        return tuple(self.folder.parent / name for name in names)

    def is_plan(self, name: str) -> bool:
        """Whether a plan of this name stands beside this folder; a name never leads anywhere else."""
        return bool(_PLAN_NAME.fullmatch(name)) and (self.folder.parent / name / PLAN_FILE).is_file()

    def processes(self, names: Iterable[str]) -> dict[str, Mapping]:
        """Each listed process over those it is like. Notes a file missing, and one that is not listed."""
        listed = tuple(names)
        for path in sorted((self.folder / "processes").glob("*.yaml")):
            if path.stem not in listed:
                self.report.add("unlisted_file", Place(f"processes/{path.name}", 1), name=path.stem)
        found = {}
        for name in listed:
            tree = self.process(self.folder, name, ())
            if tree is not None:
                found[name] = resolve_process(tree, self.report)
        return found

    def process(self, folder: Path, name: str, waiting: tuple[str, ...]) -> Mapping | None:
        """One process laid over those it is like; None, noted, when a file is missing."""
        home = self.home_of(folder, name)
        if home is None:
            have = [path.stem for path in (folder / "processes").glob("*.yaml")]
            place = Place(self.name_of(folder, PLAN_FILE), 1)
            self.report.add("no_file", place, name=f"processes/{name}.yaml", **nearest(name, have))
            return None
        own = self.read(home, f"processes/{name}.yaml")
        base = like_of(own)
        if base is None:
            return own
        me = f"{home.name}/{name}"
        found = _PROCESS_LIKE.fullmatch(base)
        base_home = home.parent / found["plan"] if found and found["plan"] else home
        if found is None or me in waiting or self.home_of(base_home, found["process"]) is None:
            kind = "like_circle" if me in waiting else "unknown_like"
            path = " → ".join((*waiting, me))
            self.report.add(kind, own.places[LIKE], name=base, nearest="", path=path)
            return without(own, LIKE)
        under = self.process(base_home, found["process"], (*waiting, me))
        merged = merge(under, without(own, LIKE)) if under else own
        return merged if isinstance(merged, Mapping) else own

    def home_of(self, folder: Path, process: str) -> Path | None:
        """The folder that has the file of a process: the own one before those it is like."""
        homes = self.folders if folder == self.folder else (folder,)
        return next((home for home in homes if (home / "processes" / f"{process}.yaml").is_file()), None)

    def texts(self, language: str, processes: Iterable[str]) -> tuple[Texts, dict[str, Texts]]:
        """One language's texts: the plan's, each process's; own ones over those of plans it is like."""
        file = f"{language}.yaml"
        own: Texts = {}
        by_process: dict[str, Texts] = {name: {} for name in processes}
        for folder in reversed(self.folders):
            if not (folder / file).is_file():
                continue
            plan, inner = split_processes(self.read(folder, file), self.report)
            own |= flatten(plan, self.report)
            for name, node in inner.items():
                if name not in by_process:
                    self.report.add("text_of_nothing", node.place, name=name, **nearest(name, by_process))
                    continue
                whole = resolve_process(node, self.report)
                refuse_leftovers(whole, self.report)
                by_process[name] |= flatten(whole, self.report)
        if not own:
            self.report.add("no_file", Place(PLAN_FILE, 1), name=file)
        return own, by_process

    def read(self, folder: Path, file: str) -> Mapping:
        """One file's table; its text becomes a source."""
        name = self.name_of(folder, file)
        if name not in self.sources:
            path = folder / file
            if not path.is_file():
                self.report.add("no_file", Place(name, 1), name=file)
                self.report.check()
            try:
                self.sources[name] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError as error:
                self.report.add("bad_yaml", Place(name, 1), why=because("not_utf8"))
                raise DefinitionError(self.report.defects) from error
        return read_yaml(name, self.sources[name])

    def name_of(self, folder: Path, file: str) -> str:
        """A file's name in complaints: as seen from this folder, or with its plan's name before it."""
        return file if folder == self.folder else f"{folder.name}/{file}"

    def file_of(self, name: str) -> str:
        """The file a plan or process was read from, for a complaint without a line."""
        return PLAN_FILE if name == "plan" else f"processes/{name}.yaml"
