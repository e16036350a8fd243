"""Run by itself: what pm4py makes of a log and of the net it should fit. Prints JSON, an entry a folder."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import warnings
from collections import deque
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")
with contextlib.redirect_stdout(io.StringIO()):
    import pm4py
    from pm4py.objects.petri_net.obj import Marking
    from pm4py.objects.petri_net.utils.reachability_graph import marking_flow_petri

KEYS = ("concept:name", "neuguong:move")


def main(folder: Path) -> dict[str, Any]:
    net, start, _ = pm4py.read_pnml(str(folder / "net.pnml"))
    log = pm4py.read_xes(str(folder / "log.xes"))
    objects = pm4py.read_ocel2_json(str(folder / "log.jsonocel"))
    fitness = {}
    for key in KEYS:
        if key == KEYS[1]:  # by the arc: its transition's id
            for one in net.transitions:
                one.label = one.name
        fitness[key] = fitting(net, start, log, key)
    mined = pm4py.convert_to_petri_net(*pm4py.discover_dfg(log, activity_key=KEYS[1]))
    states, outside = inclusion(mined, (net, start))
    told = {"events": len(objects.events), "objects": len(objects.objects)}
    return {"fitness": fitness, "outside": outside, "states": states, "ocel": told}


def fitting(net: Any, start: Any, log: Any, key: str) -> list[float]:
    """Each trace's fitness by optimal alignment. A running case ends where it stands."""
    places = {one.name: one for one in net.places}
    last = log.groupby("case:concept:name")["neuguong:to"].last()
    found: list[float] = []
    for state in sorted(set(last)):
        some = log[log["case:concept:name"].isin(last[last == state].index)]
        there = Marking({places[f"state {state}"]: 1})
        found += [one["fitness"] for one in
                  pm4py.conformance_diagnostics_alignments(some, net, start, there, activity_key=key)]  # fmt: skip
    return found


def inclusion(mined: tuple[Any, Any, Any], ours: tuple[Any, Any]) -> tuple[int, list[list[str]]]:
    """Exactly: every word of the mined net walked along in ours, sets of states at once; the words that ours has not.

    A word of the mined net that can go on is judged too, so whatever it says is a beginning of one of ours.
    """
    theirs, begin = graph(mined[0], mined[1])
    mine, first = graph(*ours)
    seen = {(begin, closed(mine, {first}))}
    queue = deque([(begin, closed(mine, {first}), ())])
    wrong = []
    while queue:
        state, here, word = queue.popleft()
        for label, target in theirs.get(state, ()):
            there = (
                here if label is None else closed(mine, {to for one in here for what, to in mine[one] if what == label})
            )
            longer = word if label is None else (*word, label)
            if not there:
                wrong.append(list(longer))
            elif (target, there) not in seen:
                seen.add((target, there))
                queue.append((target, there, longer))
    return len(seen), wrong[:5]


def closed(edges: dict[Any, list[tuple[str | None, Any]]], here: set[Any]) -> frozenset[Any]:
    """These markings and those reached from them in silence."""
    found, queue = set(here), list(here)
    while queue:
        for what, to in edges[queue.pop()]:
            if what is None and to not in found:
                found.add(to)
                queue.append(to)
    return frozenset(found)


def graph(net: Any, start: Any) -> tuple[dict[Any, list[tuple[str | None, Any]]], Any]:
    """Every marking that can be reached → (label or None, marking)."""
    _, leaving, _ = marking_flow_petri(net, start)
    edges = {marking: [(one.label, to) for one, to in ways.items()] for marking, ways in leaving.items()}
    return edges, start


if __name__ == "__main__":
    print(json.dumps([main(Path(folder)) for folder in sys.argv[1:]]))
