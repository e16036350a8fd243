"""The names a plan's `documents:` may use."""

from __future__ import annotations

from states.documents.order import order_anew
from states.documents.samples import TEMPLATES, sample
from workflow.registry import Registry


def register(registry: Registry) -> None:
    """Templates, their tags, and who has a paper made anew; who has one made knows of certificates."""
    registry.remakes = order_anew
    registry.templates, registry.tags = TEMPLATES, tuple(sample())
