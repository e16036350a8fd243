"""A review's numbers under the tags of its report: each with its words, what it was before, what was aimed at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from states.documents.numerals import dotted, figure, in_words

Row = Mapping[str, Any]
NAMES: Final = {
    "gioi_thieu": "nominated", "suy_ton": "endorsed", "theo_doi": "nurtured", "huy_bo": "revoked",
    "khen_thuong": "awarded", "tin_bai": "published", "tiep_can": "reach", "phong_trao": "launched",
    "dang_ky": "registered", "khen_cao": "ended_excelled", "hoan_thanh": "ended_met", "khong_dat": "ended_not_met",
    "tap_huan": "trained",
}  # fmt: skip
"""A number's name in a template → the name of its line."""
LEVEL, ENDED = "recognised.", "ended_"
_PERIODS: Final = {
    "period.year": "năm {year}", "period.school_year": "năm học {year}", "period.half_1": "6 tháng đầu năm {year}",
    "period.half_2": "6 tháng cuối năm {year}", "period.quarter": "quý {number} năm {year}",
    "period.month": "tháng {number} năm {year}", "period.week": "tuần {number} năm {year}",
    "period.day": "ngày {day}", "period.phase": "giai đoạn {title}",
}  # fmt: skip
NOTHING: Final = {
    "co": False,
    "so": 0,
    "ghi": "00",
    "chu": "không",
    "truoc": "",
    "so_sanh": "",
    "chi_tieu": "",
    "dat": "",
}


def of_targets(rows: Sequence[Row], *, final: bool, titles: Mapping[str, str]) -> dict[str, Any]:
    """Tags from the lines of the agency; `titles` of its levels."""
    heads = [_capital(_head(one)) for one in (rows[0]["columns"] if rows else ())]
    numbers = {str(row["name"]): _number(row, final=final) for row in rows}
    levels = [name for name in numbers if name.startswith(LEVEL)]
    return {
        "so_lieu": {tag: numbers.get(name, NOTHING) for tag, name in NAMES.items()},
        "cong_nhan": [{"cap": titles.get(name[len(LEVEL) :], name), **numbers[name]} for name in levels],
        "tong_cong_nhan": _summed([row for row in rows if row["name"] in levels], final=final),
        "ky_bao_cao": _period_text(rows), "bang_dau": heads,
        "bang": [
            {"stt": number, "noi_dung": _what(row, titles), "o": _cells(row, len(heads)),
             "so": [value for _, _, value in row["columns"]]}
            for number, row in enumerate(rows, 1)
        ],
        "bieu_do": {"theo_nam": _by_period(rows, levels)},
    }  # fmt: skip


OF_NO_UNIT: Final = "Chung toàn cơ quan"
UNIT_TAGS: Final = ("gioi_thieu", "theo_doi", "khen_thuong", "tin_bai", "dang_ky", "tap_huan")


def of_units(rows: Sequence[Row]) -> dict[str, Any]:
    """Tags from the lines of the units: one each, and what they add up to."""
    lines = []
    for number, row in enumerate(rows, 1):
        found = dict(zip(row["names"], (value for _, _, value in row["columns"]), strict=True))
        line = {tag: found.get(NAMES[tag], 0) for tag in UNIT_TAGS}
        recognised = sum(value for name, value in found.items() if name.startswith(LEVEL))
        lines.append({"stt": number, "don_vi": row["params"].get("unit") or OF_NO_UNIT, "cong_nhan": recognised,
                      "dang_theo_doi": found.get("followed", 0), **line})  # fmt: skip
    named = [line for line, row in zip(lines, rows, strict=True) if row["params"].get("unit")]
    keys = ("cong_nhan", "dang_theo_doi", *UNIT_TAGS)
    chart = {
        "ten": "Nhân tố mới và điển hình theo đơn vị", "ngang": True, "nhom": [line["don_vi"] for line in named],
        "day": [{"ten": "Nhân tố mới được giới thiệu", "so": [line["gioi_thieu"] for line in named]},
                {"ten": "Được công nhận (các cấp)", "so": [line["cong_nhan"] for line in named]}],
    }  # fmt: skip
    return {
        "theo_don_vi": lines, "cong_don_vi": {key: sum(line[key] for line in lines) for key in keys},
        "chua_bao_cao": [row["params"]["unit"] for row in rows if not row.get("has_reported", True)],
        "khong_phat_sinh": [line["don_vi"] for line in named if not line["gioi_thieu"] and not line["cong_nhan"]],
        "bieu_do": {"theo_don_vi": chart},
    }  # fmt: skip


def of_verdicts(rows: Sequence[Row]) -> dict[str, Any]:
    """Tags from what the units said of their exemplars."""
    said = {str(row["name"]): int(row["value"]) for row in rows}
    numbers = {tag: said.get(name, 0) for tag, name in VERDICTS.items()}
    whole = sum(said.values())
    written = {tag: figure(value) if value else "không có" for tag, value in numbers.items()}
    return {"danh_gia": {**written, "tat_ca": whole, "ghi": figure(whole), "chu": in_words(whole)}}


VERDICTS: Final = {"tiep_tuc": "continue", "de_nghi_cap_tren": "promote", "thoi_theo_doi": "withdraw"}
WORDS: Final = {"continue": "Tiếp tục phát huy", "promote": "Đề nghị xét cấp cao hơn", "withdraw": "Thôi theo dõi"}


def day_of(day: date) -> str:
    """As a number's own date: 15/12/2025."""
    return day.strftime("%d/%m/%Y")


def _number(row: Row, *, final: bool) -> dict[str, Any]:
    value = _whole(row) if final else int(row["value"])
    known = row.get("before") is not None and not final
    target = row.get("target")
    return {
        "co": True, "so": value, "ghi": figure(value), "chu": in_words(value),
        "truoc": figure(int(row["before"])) if known else "",
        "so_sanh": compared(value, int(row["before"]), _head(row["columns"][-2 - _ends(row)])) if known else "",
        "chi_tieu": "" if target is None else figure(int(target)),
        "dat": "" if not target else f"{round(100 * value / int(target))}%",
    }  # fmt: skip


def compared(value: int, before: int, period: str) -> str:
    """In words: more, fewer or as many as in the period before."""
    if value == before:
        return f"bằng {period}"
    return f"{'tăng' if value > before else 'giảm'} {figure(abs(value - before))} so với {period}"


def _ends(row: Row) -> int:
    """How many columns at the right are no period: the whole, the target."""
    return sum(not key.startswith("period.") for key, _, _ in row["columns"])


def _whole(row: Row) -> int:
    return sum(int(value) for key, _, value in row["columns"] if key.startswith("period."))


def _summed(rows: Sequence[Row], *, final: bool) -> dict[str, Any]:
    if not rows:
        return dict(NOTHING)
    known = all(row.get("before") is not None for row in rows)
    targets = [row["target"] for row in rows if row.get("target") is not None]
    aimed = len(targets) == len(rows)  # a level without a target would count towards the others'
    together = {
        "name": "", "columns": [[key, params, sum(int(row["columns"][n][2] or 0) for row in rows)]
                                for n, (key, params, _) in enumerate(rows[0]["columns"])],
        "value": sum(row["value"] for row in rows),
        "before": sum(row["before"] for row in rows) if known else None,
        "target": sum(targets) if aimed else None,
    }  # fmt: skip
    return _number(together, final=final)


def _head(column: Sequence[Any]) -> str:
    key, params, _ = column
    if key in _PERIODS:
        return _PERIODS[key].format(**params)
    return _ENDS.get(key, str(key))


_ENDS: Final = {"counted.whole": "Cả giai đoạn", "counted.target": "Chỉ tiêu"}


def _period_text(rows: Sequence[Row]) -> str:
    named = [one for one in (rows[0]["columns"] if rows else ()) if one[0] in _PERIODS]
    return _head(named[-1]) if named else ""


def _cells(row: Row, length: int) -> list[str]:
    said = [dotted(value) if isinstance(value, int) else (str(value) or "-") for _, _, value in row["columns"]]
    return [*said, *["-"] * (length - len(said))]


def _what(row: Row, titles: Mapping[str, str]) -> str:
    name = str(row["name"])
    if name.startswith(LEVEL):
        return f"Được công nhận điển hình {small(titles.get(name[len(LEVEL) :], name))}"
    if name.startswith(ENDED):
        return f"Đăng ký thi đua: {str(row.get('params', {}).get('result', name)).lower()}"
    return SAID.get(name, name)


SAID: Final = {
    "nominated": "Nhân tố mới được giới thiệu", "endorsed": "Lượt suy tôn của đồng nghiệp",
    "nurtured": "Lượt ghi nhận bồi dưỡng, theo dõi", "revoked": "Bị hủy bỏ công nhận", "awarded": "Được khen thưởng",
    "published": "Tin, bài, chương trình đã đăng phát", "reach": "Lượt xem, nghe, người dự",
    "launched": "Phong trào thi đua được phát động", "registered": "Lượt đăng ký thi đua",
    "trained": "Lượt người dự tập huấn",
}  # fmt: skip


def _by_period(rows: Sequence[Row], levels: Sequence[str]) -> dict[str, Any]:
    periods = [one for one in (rows[0]["columns"] if rows else ()) if one[0] in _PERIODS]
    first = {str(row["name"]): row for row in rows}

    def taken(*names: str) -> list[int]:
        return [sum(int(first[name]["columns"][n][2]) for name in names if name in first) for n in range(len(periods))]

    series = (
        ("Nhân tố mới được giới thiệu", taken("nominated")), ("Được công nhận (các cấp)", taken(*levels)),
        ("Được khen thưởng", taken("awarded")), ("Tin, bài đã đăng phát", taken("published")),
    )  # fmt: skip
    return {
        "ten": "Kết quả qua các kỳ", "nhom": [_capital(_head(one)) for one in periods],
        "day": [{"ten": name, "so": values} for name, values in series],
    }  # fmt: skip


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """Inside a sentence, names keep their capitals: Cấp Sở becomes cấp Sở."""
    return text[:1].lower() + text[1:]
