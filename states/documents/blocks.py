"""The parts all papers share by Nghị định 30/2020: head, title, bases, body, signature, recipients, annex."""

from __future__ import annotations

from typing import Any

from docx.shared import Mm, Pt

from states.documents.measures import FOOT_COLUMNS, HEAD_COLUMNS, SHORT_RULE, WHOLE_RULE
from states.documents.pages import Paper

LIST_HEADS = ("STT", "Họ và tên (tên tập thể)", "Chức vụ", "Đơn vị", "Thành tích nổi bật", "Ghi chú")
LIST_WIDTHS = (12, 50, 40, 45, 79, 25)  # mm, a landscape page
LIST_CELLS = (
    ("{{ x.stt }}", "Bảng giữa"), ("{{ x.ten }}", "Bảng"), ("{{ x.chuc_vu }}", "Bảng"), ("{{ x.don_vi }}", "Bảng"),
    ("{{ x.thanh_tich }}", "Bảng"), ("{{ x.ghi_chu }}", "Bảng"),
)  # fmt: skip
VOTE_HEADS = (
    "STT",
    "Trường hợp",
    "Thu về",
    "Đồng ý",
    "Không đồng ý",
    "Trắng",
    "Hỏng",
    "Cần có",
    "Tính trên",
    "Kết luận",
)
VOTE_WIDTHS = (12, 36, 12, 13, 17, 16, 14, 13, 14, 17)
VOTE_CELLS = (
    ("{{ x.stt }}", "Bảng giữa"), ("{{ x.ten }}", "Bảng"),
    *((f"{{{{ x.{one} }}}}", "Bảng giữa") for one in (
        "thu_ve", "dong_y", "khong_dong_y", "trang", "hong", "can_co", "tinh_tren", "ket_luan",
    )),
)  # fmt: skip


def head(paper: Paper, *, numbered: bool = True) -> None:
    """Ô số 1 to 4: the issuer at the left, Quốc hiệu and Tiêu ngữ at the right, number and date on one line."""
    left, right = paper.columns(HEAD_COLUMNS)
    paper.line("Cơ quan chủ quản", "{{ co_quan_chu_quan }}", place=left)
    paper.line("Cơ quan ban hành", "{{ co_quan }}", place=left)
    paper.line(SHORT_RULE, place=left)
    paper.line("Quốc hiệu", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", place=right)
    paper.line("Tiêu ngữ", "Độc lập - Tự do - Hạnh phúc", place=right)
    paper.line(WHOLE_RULE, place=right)
    _close(paper)
    left, right = paper.columns(HEAD_COLUMNS)
    paper.line("Số ký hiệu", "{{ so_ky_hieu }}" if numbered else "", place=left)
    paper.line("Địa danh", "{{ dia_danh_ngay }}", place=right)
    _close(paper)


def title(paper: Paper, kind: str, about: str = "{{ trich_yeu }}") -> None:
    """Ô số 5a: the kind in capitals, what it is about, a rule of a third to a half of that line."""
    paper.line("Tên loại", kind)
    if about:
        paper.line("Trích yếu", about)
        paper.line(SHORT_RULE)
    paper.line("Giữa").paragraph_format.line_spacing = Pt(8)


def bases(paper: Paper) -> None:
    """Căn cứ: each ends with a semicolon, the last with a full stop."""
    paper.lines("Căn cứ", "x in can_cu", "{{ x }}{% if loop.last %}.{% else %};{% endif %}")


def body(paper: Paper, *texts: str) -> None:
    """Paragraphs of the body."""
    for text in texts:
        paper.line("Nội dung", text)


def article(paper: Paper, number: int, text: str) -> None:
    """Điều: its number in bold, the text as the body."""
    paper.line("Nội dung", (f"Điều {number}. ", "b"), text)


def addressed(paper: Paper) -> None:
    """Ô số 9a: one addressee on the line, several each on a line of its own."""
    paper.when("kinh_gui|length == 1", "Kính gửi", "Kính gửi: {{ kinh_gui|first }}.")
    paper.line("Kính gửi", "{%p if kinh_gui|length > 1 %}")
    paper.line("Kính gửi", "Kính gửi:")
    paper.line("Kính gửi dòng", "{%p for x in kinh_gui %}")
    line = paper.line("Kính gửi dòng", "- {{ x }}{% if loop.last %}.{% else %};{% endif %}")
    line.paragraph_format.left_indent = Mm(55)
    paper.line("Kính gửi dòng", "{%p endfor %}")
    paper.line("Kính gửi").paragraph_format.line_spacing = Pt(1)
    paper.line("Kính gửi", "{%p endif %}")


def foot(paper: Paper) -> None:
    """Ô số 7 and 9b: the recipients at the left, level with the signer's title at the right."""
    left, right = paper.columns(FOOT_COLUMNS)
    paper.line("Nơi nhận", "Nơi nhận:", place=left)
    paper.lines("Nơi nhận dòng", "x in noi_nhan", "- {{ x }};", place=left)
    paper.line("Nơi nhận dòng", "- Lưu: {{ luu }}.", place=left)
    signature(paper, right, "ky")
    _close(paper)


def signature(paper: Paper, place: Any, who: str) -> None:
    """The capacity in capitals, room for the signature, the name without titles."""
    paper.lines("Chức vụ ký", f"x in {who}.chuc_vu", "{{ x }}", place=place)
    room = paper.line("Chỗ ký", place=place)
    room.paragraph_format.space_before = Pt(56)
    paper.line("Họ tên ký", f"{{{{ {who}.ho_ten }}}}", place=place)


def annex(paper: Paper) -> None:
    """The list on landscape pages of its own, its head repeated, no row torn apart."""
    paper.turn(landscape=True)
    paper.line("Phụ lục", "Phụ lục")
    paper.line("Phụ lục", "DANH SÁCH TRÍCH NGANG")
    paper.line("Kèm theo", "(Kèm theo {{ kem_theo }})")
    paper.table(LIST_HEADS, LIST_WIDTHS, "x in danh_sach", LIST_CELLS)
    paper.line("Thường", "Danh sách có {{ danh_sach|length }} trường hợp.").paragraph_format.space_before = Pt(6)


def votes(paper: Paper) -> None:
    """Ballots by name."""
    paper.table(VOTE_HEADS, VOTE_WIDTHS, "x in ket_qua", VOTE_CELLS)


def _close(paper: Paper) -> None:
    """Two tables need a paragraph between them, else Word makes them one: it takes no room."""
    gap = paper.line("Thường")
    gap.paragraph_format.line_spacing = Pt(1)
    gap.paragraph_format.space_after = Pt(0)
