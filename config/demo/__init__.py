"""An invented Sở, two and a half years into its plan: every case brought there by the engine's own actions."""

from __future__ import annotations

from config.demo.building import ensure
from config.demo.greeting import sign_ins

__all__ = ["ensure", "sign_ins"]
