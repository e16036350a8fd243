"""The process of one simulation, started by name (`workflow.simulation.apart`)."""

from __future__ import annotations

from pathlib import Path

from config import texts
from config.foresight.scratch import live, prepare
from config.foresight.worded import worded
from workflow.message import Message
from workflow.simulation.apart import Progress, answer
from workflow.simulation.order import Order
from workflow.simulation.report import Report


def main(place: str) -> None:
    """Answer the order in a folder."""
    answer(place, _live)


def _live(folder: Path, order: Order, progress: Progress) -> Report:
    said = texts.load()

    def render(message: Message) -> str:
        return said.render(message, order.language)

    prepare(folder, order)
    report = live(folder, order.wanted, order.scenario, render=render, progress=progress)
    return worded(report, order.loaded, order.language)
