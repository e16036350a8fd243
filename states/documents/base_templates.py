"""The templates every agency begins with: Word files with tags, made here so that a test can measure them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from docx.shared import Pt

from states.documents.blocks import (
    LIST_CELLS,
    LIST_HEADS,
    LIST_WIDTHS,
    addressed,
    annex,
    article,
    bases,
    body,
    foot,
    head,
    signature,
    title,
    votes,
)
from states.documents.measures import SHORT_RULE, WHOLE_RULE
from states.documents.pages import Paper, enlarge
from states.documents.review_template import review

RED, BLACK = "C00000", "000000"


def _recognition() -> Paper:
    paper = Paper("Quyết định công nhận")
    head(paper)
    title(paper, "QUYẾT ĐỊNH")
    paper.line("Tên loại", "{{ tham_quyen }}").paragraph_format.space_after = Pt(6)
    bases(paper)
    paper.line("Tên loại", "QUYẾT ĐỊNH:").paragraph_format.space_after = Pt(6)
    article(paper, 1, "Công nhận {{ nguoi.xung_ho }}{{ nguoi.ten }}"
            "{% if nguoi.chuc_vu %}, {{ nguoi.chuc_vu }}{% endif %}"
            "{% if nguoi.don_vi %}, {{ nguoi.don_vi }}{% endif %} là {{ danh_hieu }}.")  # fmt: skip
    paper.when("thanh_tich", "Nội dung", "Thành tích: {{ thanh_tich }}")
    paper.when("khen_thuong", "Nội dung", "Hình thức khen thưởng: {{ khen_thuong }}.")
    article(paper, 2, "Quyết định này có hiệu lực kể từ ngày ký.")
    article(
        paper, 3, "{{ thi_hanh }} và {{ nguoi.xung_ho }}{{ nguoi.ten }} chịu trách nhiệm thi hành Quyết định này./."
    )
    foot(paper)
    return paper


def _revocation() -> Paper:
    paper = Paper("Quyết định hủy bỏ")
    head(paper)
    title(paper, "QUYẾT ĐỊNH")
    paper.line("Tên loại", "{{ tham_quyen }}").paragraph_format.space_after = Pt(6)
    bases(paper)
    paper.line("Tên loại", "QUYẾT ĐỊNH:").paragraph_format.space_after = Pt(6)
    article(paper, 1, "Hủy bỏ việc công nhận {{ nguoi.xung_ho }}{{ nguoi.ten }}"
            "{% if nguoi.don_vi %}, {{ nguoi.don_vi }}{% endif %} "
            "là {{ danh_hieu }}{% if quyet_dinh %} tại {{ quyet_dinh }}{% endif %}.")  # fmt: skip
    paper.when("ly_do", "Nội dung", "Lý do: {{ ly_do }}")
    article(paper, 2, "Quyết định này có hiệu lực kể từ ngày ký; giấy công nhận đã cấp bị thu hồi.")
    article(
        paper, 3, "{{ thi_hanh }} và {{ nguoi.xung_ho }}{{ nguoi.ten }} chịu trách nhiệm thi hành Quyết định này./."
    )
    foot(paper)
    return paper


def _submission() -> Paper:
    paper = Paper("Tờ trình")
    head(paper)
    title(paper, "TỜ TRÌNH")
    addressed(paper)
    bases(paper)
    body(paper, "{{ co_quan_ten }} đã xét chọn và trình {{ danh_sach|length }} trường hợp"
         "{% if danh_sach|length > 10 %} (danh sách tại Phụ lục).{% else %}, gồm:{% endif %}")  # fmt: skip
    paper.line("Nội dung", "{%p if danh_sach|length <= 10 %}")
    paper.lines("Nội dung", "x in danh_sach", "{{ x.stt }}. {{ x.ten }}{% if x.don_vi %}, {{ x.don_vi }}{% endif %}"
                "{% if loop.last %}.{% else %};{% endif %}")  # fmt: skip
    paper.line("Nội dung", "{%p endif %}")
    paper.when("noi_dung", "Nội dung", "{{ noi_dung }}")
    body(paper, "(Danh sách trích ngang và hồ sơ gửi kèm theo)",
         "{{ co_quan_ten }} kính trình {{ kinh_gui|join(', ') }} xem xét, quyết định./.")  # fmt: skip
    foot(paper)
    annex(paper)
    return paper


def _achievement() -> Paper:
    paper = Paper("Báo cáo thành tích")
    head(paper)
    title(paper, "BÁO CÁO THÀNH TÍCH")
    paper.line("Mục", "I. SƠ LƯỢC VỀ {% if nguoi.tap_the %}TẬP THỂ{% else %}CÁ NHÂN{% endif %}")
    body(paper, "Tên: {{ nguoi.ten }}.")
    paper.when("nguoi.chuc_vu", "Nội dung", "Chức vụ: {{ nguoi.chuc_vu }}.")
    paper.when("nguoi.don_vi", "Nội dung", "Đơn vị công tác: {{ nguoi.don_vi }}.")
    paper.line("Mục", "II. THÀNH TÍCH ĐẠT ĐƯỢC")
    paper.when("linh_vuc", "Nội dung", "Lĩnh vực: {{ linh_vuc }}.")
    paper.lines("Nội dung", "x in thanh_tich_doan", "{{ x }}")
    paper.line("Mục", "III. CÁC CẤP ĐÃ CÔNG NHẬN")
    paper.lines("Nội dung", "x in da_cong_nhan", "- {{ x }}{% if loop.last %}./.{% else %};{% endif %}")
    paper.when("not da_cong_nhan", "Nội dung", "Chưa có./.")
    foot(paper)
    return paper


def _review() -> Paper:
    paper = Paper("Báo cáo sơ kết, tổng kết")
    head(paper)
    title(paper, "BÁO CÁO")
    addressed(paper)
    paper.lines("Nội dung", "x in noi_dung_doan", "{{ x }}{% if loop.last %}./.{% endif %}")
    foot(paper)
    return paper


def _notice() -> Paper:
    paper = Paper("Thông báo công nhận cấp phòng")
    head(paper)
    title(paper, "THÔNG BÁO")
    bases(paper)
    body(paper, "{{ don_vi_lap }} thông báo: {{ nguoi.xung_ho }}{{ nguoi.ten }}"
         "{% if nguoi.don_vi %}, {{ nguoi.don_vi }}{% endif %} "
         "được công nhận là {{ danh_hieu }}.")  # fmt: skip
    paper.when("thanh_tich", "Nội dung", "Thành tích: {{ thanh_tich }}")
    body(paper, "Đề nghị tập thể, cá nhân trong đơn vị học tập, nhân rộng./.")
    foot(paper)
    return paper


def _invitation() -> Paper:
    paper = Paper("Giấy mời")
    head(paper)
    title(paper, "GIẤY MỜI")
    addressed(paper)
    body(
        paper,
        "{{ ben_moi }} trân trọng kính mời quý vị tới dự {{ hop_ten }}.",
        "Thời gian: {{ hop_gio }}, {{ hop_ngay }}.",
    )
    body(paper, "Địa điểm: {{ hop_dia_diem }}.", "Hình thức: {{ hop_hinh_thuc }}.")
    body(paper, "Nội dung: xét {{ danh_sach|length }} trường hợp (danh sách kèm theo).",
         "Thành viên vắng mặt gửi ý kiến bằng văn bản hoặc cử người họp thay bằng văn bản./.")  # fmt: skip
    foot(paper)
    annex(paper)
    return paper


def _minutes() -> Paper:
    paper = Paper("Biên bản họp")
    head(paper)
    title(paper, "BIÊN BẢN")
    body(paper, "Thời gian: {{ hop_gio }}, {{ hop_ngay }}.", "Địa điểm: {{ hop_dia_diem }}.")
    body(paper, "Có mặt {{ co_mat|length }}/{{ tong_so }} thành viên:")
    paper.lines("Nội dung", "x in co_mat", "- {{ x }}{% if loop.last %}.{% else %};{% endif %}")
    paper.line("Nội dung", "{%p if vang_mat %}")
    body(paper, "Vắng mặt:")
    paper.lines("Nội dung", "x in vang_mat", "- {{ x }}{% if loop.last %}.{% else %};{% endif %}")
    paper.line("Nội dung", "{%p endif %}")
    paper.when("khach_moi", "Nội dung", "Khách mời (không biểu quyết): {{ khach_moi|join('; ') }}.")
    body(paper, "Chủ tọa: {{ chu_toa.ho_ten }}.", "Thư ký (người ghi biên bản): {{ thu_ky.ho_ten }}.")
    paper.line("Mục", "Nội dung:")
    paper.lines("Nội dung", "x in thao_luan", "{{ x }}")
    paper.line("Mục", "Kết quả biểu quyết:")
    votes(paper)
    closing = paper.line(
        "Nội dung", "Biên bản được đọc lại, thông qua tại phiên họp, lập thành 02 bản có giá trị như nhau./."
    )
    closing.paragraph_format.space_before = Pt(6)
    left, right = paper.columns((82, 82))
    signature(paper, left, "thu_ky")
    signature(paper, right, "chu_toa")
    _recipients(paper)
    return paper


def _unit_minutes() -> Paper:
    paper = Paper("Biên bản bình xét tại phòng, đơn vị")
    head(paper, numbered=False)
    title(paper, "BIÊN BẢN")
    body(paper, "Thời gian: ……………………………………", "Địa điểm: ……………………………………",
         "Thành phần: có mặt ……/…… người.", "Chủ trì: ………………………; thư ký: ………………………")  # fmt: skip
    paper.line("Mục", "Nội dung:")
    body(
        paper,
        "{{ don_vi_lap }} họp bình xét {{ nguoi.xung_ho }}{{ nguoi.ten }}"
        "{% if nguoi.chuc_vu %}, {{ nguoi.chuc_vu }}{% endif %}.",
    )
    paper.when("linh_vuc", "Nội dung", "Lĩnh vực: {{ linh_vuc }}.")
    paper.lines("Nội dung", "x in thanh_tich_doan", "Thành tích: {{ x }}")
    body(paper, "Ý kiến trao đổi: ……………………………………………………")
    paper.line("Mục", "Kết quả:")
    body(paper, "Số người đồng ý công nhận {{ nguoi.xung_ho }}{{ nguoi.ten }} là {{ danh_hieu }}: ……/…… người.",
         "Biên bản được đọc lại, thông qua tại cuộc họp./.")  # fmt: skip
    left, right = paper.columns((82, 82))
    for place, who in ((left, "THƯ KÝ"), (right, "CHỦ TRÌ")):
        paper.line("Chức vụ ký", who, place=place)
        paper.line("Chỗ ký", place=place).paragraph_format.space_before = Pt(56)
    return paper


def _tally() -> Paper:
    paper = Paper("Biên bản kiểm phiếu")
    head(paper)
    title(paper, "BIÊN BẢN KIỂM PHIẾU")
    paper.when("to_kiem_phieu", "Nội dung", "Tổ kiểm phiếu được Hội đồng bầu gồm:")
    paper.lines("Nội dung", "x in to_kiem_phieu", "- {{ x }}{% if loop.last %}.{% else %};{% endif %}")
    body(paper, "Tổng số thành viên: {{ tong_so }}; có mặt: {{ co_mat|length }}; vòng bỏ phiếu: {{ vong_phieu }}.")
    paper.when("phieu_thu_ve", "Nội dung", "Số phiếu thu về: {{ phieu_thu_ve }}.")
    votes(paper)
    closing = paper.line(
        "Nội dung", "Biên bản được lập ngay sau khi kiểm phiếu, những người kiểm phiếu nhất trí ký tên./."
    )
    closing.paragraph_format.space_before = Pt(6)
    _tellers(paper)
    left, right = paper.columns((82, 82))
    signature(paper, left, "thu_ky")
    signature(paper, right, "chu_toa")
    _recipients(paper)
    return paper


def _tellers(paper: Paper) -> None:
    """Room for each who counted to sign; nothing where nobody was named."""
    paper.line("Chức vụ ký", "{%p if to_kiem_phieu %}")
    paper.line("Chức vụ ký", "TỔ KIỂM PHIẾU")
    paper.line("Họ tên ký", "{%p for x in to_kiem_phieu %}")
    paper.line("Chỗ ký").paragraph_format.space_before = Pt(40)
    paper.line("Họ tên ký", "{{ x }}").paragraph_format.space_after = Pt(12)
    paper.line("Họ tên ký", "{%p endfor %}")
    paper.line("Chức vụ ký", "{%p endif %}")


def _recipients(paper: Paper) -> None:
    paper.line("Nơi nhận", "Nơi nhận:").paragraph_format.space_before = Pt(12)
    paper.lines("Nơi nhận dòng", "x in noi_nhan", "- {{ x }};")
    paper.line("Nơi nhận dòng", "- Lưu: {{ luu }}.")


def _ballot() -> Paper:
    paper = Paper("Phiếu bầu")
    head(paper, numbered=False)
    title(paper, "PHIẾU BẦU")
    body(paper, "Đánh dấu X vào một ô ở mỗi dòng. Phiếu không ghi tên người bỏ phiếu; dòng không đánh dấu hoặc "
         "đánh dấu nhiều ô là không hợp lệ cho trường hợp đó.")  # fmt: skip
    paper.table(("STT", "Trường hợp", "Đơn vị", "Đồng ý", "Không đồng ý"), (12, 60, 40, 22, 30), "x in danh_sach", (
        ("{{ x.stt }}", "Bảng giữa"), ("{{ x.ten }}", "Bảng"), ("{{ x.don_vi }}", "Bảng"), ("☐", "Bảng giữa"),
        ("☐", "Bảng giữa"),
    ))  # fmt: skip
    return paper


def _list() -> Paper:
    paper = Paper("Danh sách trích ngang", landscape=True)
    left, right = paper.columns((112, 139))
    paper.line("Cơ quan chủ quản", "{{ co_quan_chu_quan }}", place=left)
    paper.line("Cơ quan ban hành", "{{ co_quan }}", place=left)
    paper.line(SHORT_RULE, place=left)
    paper.line("Địa danh", "{{ dia_danh_ngay }}", place=right)
    title(paper, "DANH SÁCH TRÍCH NGANG")
    paper.table(LIST_HEADS, LIST_WIDTHS, "x in danh_sach", LIST_CELLS)
    paper.line("Thường", "Danh sách có {{ danh_sach|length }} trường hợp.").paragraph_format.space_before = Pt(6)
    _left, right = paper.columns((112, 139))
    signature(paper, right, "ky")
    return paper


def _certificate(name: str, *said: tuple[str, int, str]) -> Paper:
    """NĐ 98/2023 Đ.104 (the old decree's design): A4 landscape, the awarding post, the award, whom, why, the number.

    `said`: a text, its size in points, its colour.
    """
    paper = Paper(name, landscape=True)
    paper.line("Quốc hiệu", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    paper.line("Tiêu ngữ", "Độc lập - Tự do - Hạnh phúc")
    paper.line(WHOLE_RULE)
    for text, size, colour in said:
        enlarge(paper.line("Tên loại", text), size, colour, before=14)
    left, right = paper.columns((130, 121))
    paper.when("qr", "Thường", "{{ qr }}", place=left)
    enlarge(paper.line("Thường", "{{ quyet_dinh }}", place=left), 14, BLACK, before=4)
    paper.when("so_vang", "Thường", "Số sổ vàng: {{ so_vang }}", place=left)
    paper.when("ma_xac_thuc", "Nơi nhận dòng", "Mã xác thực: {{ ma_xac_thuc }}", place=left)
    enlarge(paper.line("Địa danh", "{{ dia_danh_ngay }}", place=right), 14, BLACK, before=14)
    signature(paper, right, "ky")
    return paper


def _praise() -> Paper:
    return _certificate(
        "Giấy khen", ("{{ tham_quyen }}", 20, RED), ("TẶNG", 20, BLACK), ("GIẤY KHEN", 36, RED),
        ("{{ nguoi.ten }}", 24, BLACK), ("{{ nguoi.chuc_vu_don_vi }}", 16, BLACK), ("{{ thanh_tich_ngan }}", 16, BLACK),
    )  # fmt: skip


def _acknowledgement() -> Paper:
    return _certificate(
        "Giấy công nhận", ("{{ tham_quyen }}", 20, RED), ("GIẤY CÔNG NHẬN", 36, RED), ("{{ nguoi.ten }}", 24, BLACK),
        ("{{ nguoi.chuc_vu_don_vi }}", 16, BLACK), ("là {{ danh_hieu }}", 20, BLACK),
    )  # fmt: skip


MADE: Final[Mapping[str, Callable[[], Paper]]] = {
    "to_trinh": _submission,
    "bao_cao_thanh_tich": _achievement,
    "bao_cao": _review,
    "bao_cao_so_ket": review,
    "bien_ban": _minutes,
    "kiem_phieu": _tally,
    "phieu_bau": _ballot,
    "trich_ngang": _list,
    "qd_cong_nhan": _recognition,
    "tb_cong_nhan": _notice,
    "giay_moi": _invitation,
    "giay_khen": _praise,
    "giay_cong_nhan": _acknowledgement,
    "huy_bo": _revocation,
    "bien_ban_binh_xet": _unit_minutes,
}
"""Template name → its maker; the names a plan's `documents:` may say."""


@cache
def base_template(name: str) -> bytes:
    """The Word file a clerk begins with. Raises KeyError for a name that is none of `MADE`."""
    return MADE[name]().saved()
