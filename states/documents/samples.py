"""The tags a template may use, each with an invented value: what a preview shows and what an upload is tried with."""

from __future__ import annotations

from typing import Any

from states.documents import figures

TEMPLATES = (
    "to_trinh", "bao_cao_thanh_tich", "bao_cao", "bao_cao_so_ket", "bien_ban",
    "kiem_phieu", "phieu_bau", "trich_ngang", "qd_cong_nhan",
    "tb_cong_nhan", "giay_moi", "giay_khen", "giay_cong_nhan", "huy_bo", "bien_ban_binh_xet",
)  # fmt: skip
"""The names a plan's `documents:` may say; who makes them loads Word's library, who only names them does not."""

_PEOPLE = ("Nguyễn Thị Minh Nguyệt", "Trần Văn Đức", "Phòng Công nghệ thông tin", "Hoàng Phủ Ngọc Tường Vi")


def sample() -> dict[str, Any]:
    """Every tag with a value, none of it anybody's."""
    return {
        "co_quan_chu_quan": "ỦY BAN NHÂN DÂN TỈNH", "co_quan": "SỞ THÔNG TIN\nVÀ TRUYỀN THÔNG",
        "co_quan_ten": "Sở Thông tin và Truyền thông", "viet_tat": "STTTT", "so_ky_hieu": "Số: 05/QĐ-STTTT",
        "dia_danh_ngay": "Tỉnh lỵ, ngày 05 tháng 02 năm 2026", "trich_yeu": "Về việc công nhận điển hình tiên tiến",
        "tham_quyen": "GIÁM ĐỐC SỞ THÔNG TIN VÀ TRUYỀN THÔNG", "thi_hanh": "Chánh Văn phòng, Trưởng các phòng, đơn vị",
        "can_cu": [
            "Căn cứ Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022",
            "Căn cứ Kế hoạch xây dựng điển hình tiên tiến của Sở",
            "Căn cứ Biên bản số 12/BB-HĐTĐKT ngày 02 tháng 02 năm 2026 của Hội đồng Thi đua - Khen thưởng",
            "Theo đề nghị của Chánh Văn phòng",
        ], "bien_ban": "12/BB-HĐTĐKT", "theo_de_nghi": "Chánh Văn phòng", "cua_bien_ban": "Hội đồng",
        "kinh_gui": ["Ủy ban nhân dân tỉnh", "Ban Thi đua - Khen thưởng tỉnh"],
        "noi_nhan": ["Như Điều 3", "UBND tỉnh (để báo cáo)"], "luu": "VT, VP", "kem_theo": "Tờ trình số 05/TTr-STTTT",
        "so_ngay_cua": "số 05/TTr-STTTT ngày 05 tháng 02 năm 2026 của Sở Thông tin và Truyền thông",
        "ky": {"chuc_vu": ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], "ho_ten": "Trần Thị Minh Nguyệt"},
        "nguoi": {
            "ten": "Nguyễn Thị Minh Nguyệt", "chuc_vu": "Chuyên viên", "don_vi": "Văn phòng Sở", "loai": "Cá nhân",
            "chuc_vu_don_vi": "Chuyên viên, Văn phòng Sở", "tap_the": False, "xung_ho": "bà ",
        },
        "danh_hieu": "điển hình tiên tiến cấp Sở",
        "thanh_tich": "Số hóa 100 % hồ sơ lưu trữ của Sở trước hạn ba tháng.",
        "thanh_tich_ngan": "Đã có thành tích xuất sắc trong chuyển đổi số năm 2025", "khen_thuong": "Giấy khen",
        "thanh_tich_doan": ["Số hóa 100 % hồ sơ lưu trữ của Sở trước hạn ba tháng.", "Hướng dẫn 12 đồng nghiệp."],
        "da_cong_nhan": ["Điển hình tiên tiến cấp phòng năm 2024"], "linh_vuc": "Công tác",
        "ly_do": "Kê khai sai thành tích.",
        "noi_dung": "Các trường hợp đều đủ điều kiện theo quy định.", "don_vi_lap": "Văn phòng Sở",
        "noi_dung_doan": ["Trong năm, Sở đã phát hiện 12 nhân tố mới.", "Sáu điển hình được công nhận cấp Sở."],
        "quyet_dinh": "Quyết định số 05/QĐ-STTTT ngày 05 tháng 02 năm 2026", "so_vang": "01",
        "qr": "https://neuguong.so.example/xac-thuc/0123456789ABCDEFGHJKMNPQRS",
        "ma_xac_thuc": "01234-56789-ABCDE-FGHJK-MNPQR-S",
        "ben_moi": "Hội đồng Thi đua - Khen thưởng Sở",
        "hop_ten": "phiên họp xét công nhận điển hình tiên tiến", "hop_gio": "08 giờ 00",
        "hop_ngay": "ngày 05 tháng 02 năm 2026",
        "hop_dia_diem": "Phòng họp A", "hop_hinh_thuc": "Họp trực tiếp", "tong_so": 9,
        "chu_toa": {"chuc_vu": ["CHỦ TỌA"], "ho_ten": "Nguyễn Quốc Trung"},
        "thu_ky": {"chuc_vu": ["THƯ KÝ"], "ho_ten": "Vũ Thị Ngọc Ánh"},
        "co_mat": ["Nguyễn Quốc Trung", "Trần Thị Minh Nguyệt"],
        "vang_mat": ["Đặng Văn Khôi (gửi ý kiến bằng văn bản)"],
        "khach_moi": ["Cao Xuân Trường"], "thao_luan": ["Hội đồng thống nhất danh sách đưa ra biểu quyết."],
        "to_kiem_phieu": ["Lê Thị Thu Hà", "Phạm Đức Thắng"],
        "vong_phieu": 1, "phieu_thu_ve": 9,
        **_review(),
        "danh_sach": [_row(number, name) for number, name in enumerate(_PEOPLE, 1)],
        "ket_qua": [_vote(number, name) for number, name in enumerate(_PEOPLE, 1)],
    }  # fmt: skip


def _review() -> dict[str, Any]:
    """A year's numbers as a review holds them, under the tags of its report."""
    years = (("period.year", {"year": "2024"}), ("period.year", {"year": "2025"}))
    lines = {"nominated": (9, 12), "recognised.unit": (4, 6), "recognised.department": (2, 3), "published": (5, 8)}
    rows = [
        {"name": name, "value": now, "before": before, "target": 10,
         "columns": [[*years[0], before], [*years[1], now], ["counted.target", {}, 10]]}
        for name, (before, now) in lines.items()
    ]  # fmt: skip
    units = [
        {"params": {"unit": name}, "names": ["nominated", "recognised.unit", "followed"],
         "columns": [["", {}, 3], ["", {}, 2], ["", {}, 2]], "has_reported": name == "Văn phòng Sở"}
        for name in ("Văn phòng Sở", "Phòng Công nghệ thông tin")
    ]  # fmt: skip
    verdicts = [{"name": "continue", "value": 3}, {"name": "promote", "value": 1}, {"name": "withdraw", "value": 0}]
    levels = {"unit": "Cấp phòng", "department": "Cấp Sở"}
    found, of_units = figures.of_targets(rows, final=False, titles=levels), figures.of_units(units)
    return {
        **found, **of_units, **figures.of_verdicts(verdicts), "bieu_do": {**found["bieu_do"], **of_units["bieu_do"]},
        "bieu_do_theo_nam": "theo_nam", "bieu_do_theo_don_vi": "theo_don_vi", "tong_ket": False,
        "giai_doan": "2022 - 2025", "ke_hoach": "Kế hoạch xây dựng điển hình tiên tiến", "so_lieu_den": "15/12/2025",
        "ton_tai": ["Một số đơn vị gửi báo cáo còn chậm."], "phuong_huong": ["Tiếp tục bồi dưỡng nhân tố mới."],
        "de_nghi": [_row(number, name) for number, name in enumerate(_PEOPLE[:2], 1)],
    }  # fmt: skip


def _row(number: int, name: str) -> dict[str, Any]:
    return {
        "stt": number, "ma": f"DH-2026-{number:04d}", "ten": name, "chuc_vu": "Chuyên viên", "don_vi": "Văn phòng Sở",
        "loai": "Cá nhân", "thanh_tich": "Rút ngắn thời gian xử lý hồ sơ từ 10 xuống 4 ngày", "ghi_chu": "",
    }  # fmt: skip


def _vote(number: int, name: str) -> dict[str, Any]:
    return {
        "stt": number, "ten": name, "don_vi": "Văn phòng Sở", "thu_ve": 9, "dong_y": 8, "khong_dong_y": 1,
        "trang": 0, "hong": 0, "can_co": 8, "tinh_tren": 9,
        "ket_luan": "Đạt",
    }  # fmt: skip
