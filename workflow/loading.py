"""A plan's folder becomes a plan and its definitions, or is refused with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from workflow.case_codes import prove_codes
from workflow.criteria import check_criteria
from workflow.defaults import with_full_takers
from workflow.defects import Defect, DefinitionError, Place, Report, defect, nearest
from workflow.definition import Definition, Plan
from workflow.entries import Entry
from workflow.naming import check_definition, check_plan
from workflow.paths import way_to
from workflow.plan_folder import PLAN_FILE, PlanFolder
from workflow.plan_proofs import prove_plan
from workflow.plan_reading import plan_values, read_plan
from workflow.process_reading import Shared, read_process
from workflow.quotas import check_quotas, with_quotas
from workflow.reuse import refuse_leftovers, substitute
from workflow.scope import Address, Names, Scope
from workflow.showing import show_definition
from workflow.soundness import prove, prove_together
from workflow.translations import translate_plan, translate_process
from workflow.yaml_source import Mapping, Node, addresses

__all__ = ["DefinitionError", "LoadedPlan", "load_plan", "show"]

PLAN = "plan"


@dataclass(frozen=True)
class LoadedPlan:
    """A plan that may be used; `sources` are the files it was read from, by name.

    `remarks`: what its author should look at, though nothing is wrong.
    """

    plan: Plan
    definitions: dict[str, Definition]
    sources: dict[str, str]
    remarks: tuple[Defect, ...] = ()


def load_plan(folder: Path, *, registry: Names) -> LoadedPlan:
    """Read, check and prove the plan in a folder. Raises DefinitionError with every defect that was found, and with the
    processes as far as they could be read."""
    loading = _Loading(folder, registry)
    try:
        return loading.run()
    except DefinitionError as error:
        error.definitions = error.definitions or loading.definitions
        raise


def show(loaded: LoadedPlan, process: str) -> str:
    """The merged definition of one process as YAML. Raises KeyError when there is no such process."""
    return show_definition(loaded.definitions[process])


class _Loading:
    def __init__(self, folder: Path, registry: Names) -> None:
        self.registry = registry
        self.report = Report()
        self.folder = PlanFolder(folder, self.report)
        self.places: dict[str, dict[Address, Place]] = {}
        self.used: set[str] = set()
        self.definitions: dict[str, Definition] = {}

    def run(self) -> LoadedPlan:
        root = self.folder.plan()
        values = plan_values(root)
        plan, shared = read_plan(self.ready(PLAN, root, values), self.report)
        if "processes" not in root.items:
            self.report.check()
        trees = self.folder.processes(plan.processes)
        self.report.check()
        definitions = {
            name: self.definition(name, self.ready(name, tree, values), shared) for name, tree in trees.items()
        }
        self.definitions = definitions
        self.report.check()
        self.check_names(plan, definitions)
        self.check_proofs(plan, definitions)
        definitions = {name: with_full_takers(one) for name, one in definitions.items()}
        plan, definitions = with_quotas(plan, definitions)
        plan, definitions = self.translated(plan, definitions, shared)
        self.report.check()
        return LoadedPlan(plan, definitions, self.folder.sources, tuple(self.remarks(plan, root)))

    def ready(self, name: str, tree: Mapping, values: dict[str, Node]) -> Mapping:
        """The tree with values put in and its lines noted."""
        refuse_leftovers(tree, self.report)
        done = substitute(tree, values, self.report, self.used)
        self.places[name] = dict(addresses(done))
        assert isinstance(done, Mapping)
        return done

    def definition(self, name: str, tree: Mapping, shared: Shared) -> Definition:
        """One process, read; its name must be its file's."""
        entry = Entry(self.report, "process", name, tree)
        if entry.text("process") not in ("", name):
            entry.complain("process", "wrong_name", name=entry.text("process"), expected=name)
        return read_process(entry, shared)

    def check_names(self, plan: Plan, definitions: dict[str, Definition]) -> None:
        """Stop if a name is wrong; the plan's first: what it lends, every process would complain of again."""
        found = [
            self.located(PLAN, one)
            for one in (
                *check_plan(plan, definitions, self.registry),
                *check_quotas(plan, definitions),
                *check_criteria(plan, definitions),
            )
        ]
        if found:
            raise DefinitionError(found)
        for name, definition in definitions.items():
            scope = Scope(definition, plan, definitions)
            found += [self.located(name, one, definition) for one in check_definition(scope, self.registry)]
        if found:
            raise DefinitionError(found, definitions)

    def check_proofs(self, plan: Plan, definitions: dict[str, Definition]) -> None:
        """Stop here if a definition is not sound."""
        found = [self.located(PLAN, one) for one in prove_plan(plan)]
        together = [*prove_together(definitions), *prove_codes(plan, definitions)]
        found += [self.located(one.at[0], replace(one, at=one.at[1:])) for one in together]
        for name, definition in definitions.items():
            found += [self.located(name, one, definition) for one in prove(definition, plan, definitions)]
        if found:
            raise DefinitionError(found, definitions)

    def translated(
        self, plan: Plan, definitions: dict[str, Definition], shared: Shared
    ) -> tuple[Plan, dict[str, Definition]]:
        """With every text in every further language of the plan."""
        plan_texts: dict[str, dict[str, str]] = {}
        texts: dict[str, dict[str, dict[str, str]]] = {name: {} for name in definitions}
        for language in plan.languages[1:]:
            own, by_process = self.folder.texts(language, definitions)
            report = Report()
            plan_texts[language] = translate_plan(plan, shared.fields, language, own, report)
            self.take(report, PLAN)
            for name, definition in definitions.items():
                report = Report()
                found = translate_process(definition, language, by_process.get(name, {}), own, report)
                texts[name][language] = found
                self.take(report, name)
        translated = {name: one.model_copy(update={"texts": texts[name]}) for name, one in definitions.items()}
        return plan.model_copy(update={"texts": plan_texts}), translated

    def take(self, report: Report, name: str) -> None:
        """Take over defects; one about a missing text stands at the line of the title it translates."""
        for one in report.defects:
            address = tuple(str(one.message.params.get("name", "")).split("."))
            self.report.defects.append(one if one.place else self.located(name, replace(one, at=address)))

    def remarks(self, plan: Plan, root: Mapping) -> Iterator[Defect]:
        """Values that nothing asks for, in the folder's own file; a code that is not the folder's name."""
        read = getattr(self.registry, "values", ())
        for name in plan.values:
            place = self.places[PLAN][("values", name)]
            if place.file == PLAN_FILE and name not in self.used and name not in read:
                near = nearest(name, set(read) - set(plan.values))["nearest"]
                yield replace(defect("value_unused", name=name, nearest=near), place=place)
        if plan.plan != self.folder.folder.name:
            one = defect("other_folder", name=plan.plan, folder=self.folder.folder.name)
            yield replace(one, place=root.places["plan"])

    def located(self, name: str, one: Defect, definition: Definition | None = None) -> Defect:
        """The defect with the line of its address, or of the nearest table around it, and the way that leads there."""
        places = self.places[name]
        if definition is not None:
            one = replace(one, process=name, path=one.path or way_to(definition, one.at))
        for length in range(len(one.at), 0, -1):
            if (place := places.get(one.at[:length])) is not None:
                return replace(one, place=place)
        return replace(one, place=Place(self.folder.file_of(name), 1))
