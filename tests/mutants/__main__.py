"""Mutation testing with mutmut: does a test notice when a line of the engine says something else?

Each group of `[tool.neuguong.mutants]` is copied to var/mutants/ and changed there, never here. Prints each module's
score; a mutant that ran out of time counts as noticed, one that no test reaches as missed.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from dev import ROOT

ROOMS = ("workflow", "states", "tasks", "web", "scheduler", "config", "tests")
LIST = """
from mutmut import __main__ as m
m.set_mutant_under_test("mutant_generation")
m.makedirs("mutants", exist_ok=True)
m.copy_src_dir(); m.copy_also_copy_files(); m.setup_source_paths(); m.create_mutants(1)
"""
SURVIVED, UNTESTED = 0, 33  # mutmut's codes; any other end means that a test noticed


@dataclass(frozen=True)
class Group:
    """What is changed, and the quick tests that should notice."""

    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]
    but: str = ""  # which of them are too slow for this, as `-k` has it

    @property
    def folder(self) -> Path:
        return ROOT / "var" / "mutants" / self.name


def groups() -> dict[str, Group]:
    """As pyproject.toml has them."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["neuguong"]["mutants"]
    return {
        name: Group(name, tuple(one["files"]), tuple(one["tests"]), one.get("but", "")) for name, one in table.items()
    }


def lay_out(group: Group) -> None:
    """A working copy with mutmut's settings."""
    shutil.rmtree(group.folder, ignore_errors=True)
    for room in ROOMS:
        shutil.copytree(ROOT / room, group.folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dev.py", "README.md"):
        shutil.copy2(ROOT / name, group.folder / name)
    slow = " or ".join(filter(None, ("postgres", group.but)))
    settings = {
        "source_paths": ["workflow"], "only_mutate": list(group.files),
        "also_copy": [*(room for room in ROOMS if room != "workflow"), "dev.py", "README.md"],
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-k", f"not ({slow})"],
        "pytest_add_cli_args_test_selection": list(group.tests),
    }  # fmt: skip
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    own = "\n[tool.mutmut]\nuse_git_change_detection = false\ntrack_dependencies = false\n" + "\n".join(lines) + "\n"
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (group.folder / "pyproject.toml").write_text(text + own, encoding="utf-8")


def python(group: Group, *args: str) -> int:
    """The project's Python in the working copy."""
    return subprocess.run([sys.executable, *args], cwd=group.folder, check=False).returncode


def results(group: Group) -> dict[str, dict[str, int | None]]:
    """file → mutant → how its tests ended; None: not tried."""
    found = {}
    for file in group.files:
        path = group.folder / "mutants" / f"{file}.meta"
        found[file] = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def chosen(group: Group, sample: int, seed: int, file: str) -> list[str]:
    """So many mutants of a group (or of one of its files) by chance; 0: all of them."""
    names = sorted(name for of, codes in results(group).items() for name in codes if file in of)
    return names if not sample or sample >= len(names) else sorted(random.Random(seed).sample(names, sample))


def report(group: Group) -> list[str]:
    """One line a file, and the names of what nobody noticed."""
    lines, missed = [], []
    for file, codes in results(group).items():
        tried = {name: code for name, code in codes.items() if code is not None}
        ends = Counter(
            "missed" if code in (SURVIVED, UNTESTED) else "noticed" for code in tried.values()
        )  # fmt: skip
        missed += [name for name, code in tried.items() if code in (SURVIVED, UNTESTED)]
        score = f"{100 * ends['noticed'] / len(tried):.1f} %" if tried else "-"
        lines.append(f"{group.name:<10} {file:<26} {len(codes):>5} {len(tried):>6} {ends['missed']:>7} {score:>8}")
    (group.folder / "missed.txt").write_text("\n".join(missed) + "\n", encoding="utf-8")
    return lines


def main() -> int:
    """Run the groups named, all when none is."""
    known = groups()
    parser = argparse.ArgumentParser(prog="python3 dev.py mutants", description=__doc__)
    parser.add_argument("groups", nargs="*", help=f"{', '.join(known)}; all of them when none is named")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants of each group by chance (0: all)")
    parser.add_argument("--seed", type=int, default=1, help="another choice of them")
    parser.add_argument("--file", default="", help="of this file of the group only")
    parser.add_argument("--but", default="", help="without these tests, as pytest's -k has it")
    parser.add_argument("--only", default="", help="mutants by name, separated by commas")
    given = parser.parse_args()
    lines = [f"{'group':<10} {'file':<26} {'all':>5} {'tried':>6} {'missed':>7} {'score':>8}"]
    for name in given.groups or known:
        group = known[name]
        group = replace(group, but=" or ".join(filter(None, (group.but, given.but))))
        lay_out(group)
        if python(group, "-c", LIST):
            return 1
        names = given.only.split(",") if given.only else chosen(group, given.sample, given.seed, given.file)
        if python(group, "-m", "mutmut", "run", "--max-children", "1", *names):
            return 1
        lines += report(group)
    print("\n" + "\n".join(lines))
    print("What nobody noticed: var/mutants/*/missed.txt; `mutmut show NAME` in that folder shows the change.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
