"""The demo's lives: who, for what, and where each stands on 03/11/2025."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

FIRST_DAY = date(2023, 4, 3)
LAST_DAY = date(2025, 11, 3)


@dataclass(frozen=True)
class Story:
    """One nominee. `steps` is how far up the ladder (steps.LADDER); then `ending`, if any, on `on`."""

    name: str
    subject: str
    unit: str
    field: str
    merit: str
    steps: int
    on: date
    ending: str = ""
    cultivated: int = 150  # days between taking up and proposing
    whole_unit: bool = False
    merit_request: str = ""  # where the request that starts at province level goes


@dataclass(frozen=True)
class Request:
    """A merit request begun by hand; `steps` as in steps.REQUEST, then `ending`."""

    name: str
    subject: str
    unit: str
    on: date
    steps: int
    ending: str = ""


@dataclass(frozen=True)
class Earlier:
    """An exemplar recognised before the plan and brought in."""

    name: str
    subject: str
    level: str
    number: str
    decided_on: date


EARLIER = (
    Earlier("earlier-truong", "Cao Xuân Trường", "department", "38/QĐ-STTTT", date(2021, 12, 14)),
    Earlier("earlier-van", "Nguyễn Thị Ái Vân", "department", "38/QĐ-STTTT", date(2021, 12, 14)),
    Earlier("earlier-hau", "Mai Văn Hậu", "department", "52/QĐ-STTTT", date(2022, 12, 20)),
    Earlier("earlier-sang", "Bùi Văn Sáng", "unit", "07/TB-VP", date(2022, 12, 22)),
)

STORIES = (
    Story("identified", "Nông Văn Thành", "BCVT", "labour",
          "Dựng 14 trạm phát sóng, phủ kín vùng lõm của 6 bản vùng cao trong 4 tháng", 1, date(2025, 10, 28)),
    Story("identified-late", "Lý Thị Mùi", "TTBCXB", "work",
          "Dạy 60 cán bộ xã viết và đọc tin phát thanh bằng tiếng dân tộc", 1, date(2025, 10, 13)),
    Story("cultivating", "Trần Văn Bảo", "TTCNTT", "work",
          "Tự viết công cụ giám sát, giảm một nửa thời gian gián đoạn mạng của Sở", 2, date(2025, 1, 15)),
    Story("cultivating-silent", "Vương Đình Khải", "KHTC", "study",
          "Tự học và lập mô hình dự báo, rút ngắn một tuần lập dự toán", 2, date(2025, 2, 10)),
    Story("cultivating-unit", "Phòng Công nghệ thông tin", "CNTT", "work",
          "Đưa 100% thủ tục của Sở lên trực tuyến toàn trình trước hạn 6 tháng", 2, date(2025, 6, 16),
          whole_unit=True),
    Story("unit_appraisal", "Phùng Thị Yến", "BCVT", "life",
          "Vận động lập 9 điểm bưu điện văn hóa xã thành nơi trả kết quả hành chính", 3, date(2025, 10, 30)),
    Story("recognized_unit", "Đinh Thị Thanh Tâm", "TTBCXB", "work",
          "Phát hiện và gỡ 320 tin giả về phòng dịch trong 18 tháng", 4, date(2025, 5, 14)),
    Story("office_check", "Dương Văn Mạnh", "CNTT", "crime",
          "Chặn 3 đợt tấn công, phối hợp công an triệt một đường dây lừa đảo qua mạng", 5, date(2025, 10, 30)),
    Story("completion", "Lê Thị Cẩm Tú", "TTCNTT", "study",
          "Mở 42 lớp kỹ năng số cho 1.900 người cao tuổi", 5, date(2025, 10, 29), "sent_back"),
    Story("council_review", "Bùi Thị Tuyết Mai", "CNTT", "work",
          "Cắt 11 bước nội bộ, rút một nửa thời gian giải quyết hồ sơ", 6, date(2025, 10, 20)),
    Story("director_decision", "Y Blơm Niê", "TTCNTT", "life",
          "Đưa 27 tổ công nghệ số cộng đồng đến từng buôn", 7, date(2025, 10, 31)),
    Story("recognized_department", "Trương Công Định", "TTBCXB", "work",
          "Số hóa 4.000 trang tư liệu báo chí của tỉnh", 8, date(2024, 11, 20)),
    Story("preparing", "Phan Thị Thúy Vân", "TTRA", "crime",
          "Thanh tra, xử lý 58 điểm bán sim rác, không một vụ khiếu nại", 9, date(2025, 10, 31)),
    Story("signing", "Lê Văn Tâm", "BCVT", "production",
          "Quy hoạch lại băng tần cho tàu cá, giảm 70% can nhiễu", 10, date(2025, 10, 31)),
    Story("sending", "Trần Thị Hương Giang", "KHTC", "work",
          "Đề xuất mua sắm chung, tiết kiệm 2,1 tỷ đồng mỗi năm", 11, date(2025, 10, 31)),
    Story("at_province", "Lê Quang Vinh", "CNTT", "work",
          "Dựng kho dữ liệu dùng chung của tỉnh với 27 bộ dữ liệu mở", 12, date(2025, 10, 10)),
    Story("recognized_province", "Nguyễn Công Hoan", "TTCNTT", "work",
          "Viết cổng phản ánh hiện trường, 96% phản ánh được xử lý đúng hạn", 13, date(2025, 10, 24)),
    Story("not_taken_up", "Ngô Sỹ Liêm", "CNTT", "study", "Hoàn thành chứng chỉ quản trị hệ thống", 1,
          date(2024, 6, 12), "declined"),
    Story("withdrawn", "Võ Thành Công", "TTBCXB", "life", "Hiến máu tình nguyện 15 lần", 2, date(2024, 9, 18),
          "withdrawn"),
    Story("struck_off", "Lưu Văn Quý", "KHTC", "work", "Hoàn thành sớm 3 dự án đầu tư", 4, date(2024, 10, 9),
          "revoked"),
    Story("held", "Đào Trọng Nghĩa", "BCVT", "work", "Khôi phục liên lạc trong 6 giờ sau bão cho 4 xã", 6,
          date(2025, 9, 10), "held"),
    Story("moving", "Hoàng Đức Anh", "CNTT", "work", "Đưa chữ ký số đến toàn bộ cán bộ cấp xã", 4, date(2025, 6, 25),
          "moving"),
    Story("awarded", "Trần Thị Ngọc Bích", "CNTT", "production",
          "Đưa 1.200 hộ sản xuất nông nghiệp lên sàn thương mại điện tử", 13, date(2024, 6, 14),
          merit_request="awarded"),
    Story("left", "Huỳnh Thị Như Ý", "TTCNTT", "work", "Thiết kế bộ nhận diện tuyên truyền dùng chung toàn tỉnh", 13,
          date(2025, 5, 16), "left", merit_request="running"),
)  # fmt: skip

REQUESTS = (
    Request("merit-dossier", "Trương Công Định", "TTBCXB", date(2025, 10, 30), 2),
    Request("merit-signing", "Đinh Thị Thanh Tâm", "TTBCXB", date(2025, 10, 30), 3),
    Request("merit-sending", "Phan Thị Thúy Vân", "TTRA", date(2025, 10, 31), 4),
    Request("merit-at_province", "Trần Thị Ngọc Bích", "CNTT", date(2025, 10, 8), 5),
    Request("merit-refused", "Cao Xuân Trường", "TTRA", date(2024, 9, 12), 5, "refused"),
    Request("merit-no_ground", "Nguyễn Thị Ái Vân", "TTCNTT", date(2024, 5, 15), 1, "no_ground"),
    Request("merit-dropped", "Mai Văn Hậu", "TTBCXB", date(2024, 10, 22), 3, "dropped"),
)
