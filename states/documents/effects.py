"""The names a plan's `documents:` may use."""

from __future__ import annotations

from states.documents.base_templates import MADE
from states.documents.order import order, order_anew
from states.documents.samples import sample
from workflow.registry import Registry


def register(registry: Registry) -> None:
    """Templates, their tags, and who has a paper made."""
    registry.makes, registry.remakes = order, order_anew
    registry.templates, registry.tags = tuple(MADE), tuple(sample())
