"""Days as papers write them."""

from __future__ import annotations

from datetime import date


def day_text(day: date) -> str:
    """NĐ 30: a day under 10 and the months 1 and 2 have a leading zero."""
    month = f"{day.month:02d}" if day.month <= 2 else f"{day.month}"
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"
