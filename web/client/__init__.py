"""A client of `/api/v1` for other programs: every operation a method, its shapes checked, its refusals raised."""

from web.client.operations import Client
from web.client.transport import Refusal, Unreachable, pages

__all__ = ["Client", "Refusal", "Unreachable", "pages"]
